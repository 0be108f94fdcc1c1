import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { JobProgress } from '../domain/job-progress.ts';
import type { JobSpec } from '../domain/job.ts';
import type { JobPhase } from '../domain/messages.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';

/** Shows a job's story on its page of the Web UI. It is no event, hence free. */
export function showDetails(spec: JobSpec, phase: JobPhase, progress: JobProgress): void {
  const { attempts } = progress;
  const rows = attempts.map(
    ({ epoch, node, outcome, reason }) =>
      `| ${epoch} | ${node ?? 'unknown'} | ${outcome} | ${cell(reason ?? '')} |`,
  );
  setCurrentDetails(
    [
      `**${cell(spec.kind)}** in pool **${cell(spec.pool)}**: ${describePhase(phase)}`,
      ...(rows.length === 0
        ? []
        : ['', '| epoch | node | outcome | why |', '| --- | --- | --- | --- |', ...rows]),
    ].join('\n'),
  );
}

/** Makes a job findable by the node it last ran on and by its state. Each call is an event. */
export function showPlace(node: string | undefined, state: string): void {
  upsertSearchAttributes([
    { key: { name: SEARCH_ATTRIBUTES.state, type: 'KEYWORD' }, value: state },
    ...(node === undefined
      ? []
      : [{ key: { name: SEARCH_ATTRIBUTES.node, type: 'KEYWORD' } as const, value: node }]),
  ]);
}

function describePhase(phase: JobPhase): string {
  switch (phase.kind) {
    case 'opening':
      return 'waiting for the ledger to record it';
    case 'dispatched':
      return `attempt ${phase.epoch} is on queue \`${phase.queue}\``;
    case 'waiting':
      return `waiting until ${new Date(phase.until).toISOString()}: ${cell(phase.why)}`;
    case 'closing':
      return 'waiting for the ledger to record its end';
  }
}

function cell(text: string): string {
  return text.replaceAll(/[|\r\n]+/g, ' ').slice(0, 300);
}
