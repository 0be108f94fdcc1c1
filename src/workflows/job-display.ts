import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { AttemptRecord } from '../domain/attempt.ts';
import type { JobProgress } from '../domain/job-progress.ts';
import type { JobOutcome, JobSpec } from '../domain/job.ts';
import type { JobPhase } from '../domain/messages.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';

/** A page is for reading: of a job with hundreds of attempts it tells the last ones. */
const SHOWN_ATTEMPTS = 20;

/**
 * Shows a job's story on its page of the Web UI, tab "User Metadata". It is no event, hence free.
 * The story is a list: the Web UI sets the columns of a table without any space between them.
 */
export function showDetails(spec: JobSpec, phase: JobPhase, progress: JobProgress): void {
  const { attempts, counts } = progress;
  const { kind, pool, session } = spec;
  const place =
    session === undefined ? '' : `, index ${session.index} of session ${text(session.id)}`;
  const paragraphs = [
    `**${text(kind)}** in pool **${text(pool)}**${place}`,
    describePhase(phase, attempts),
    ...(attempts.length === 0 ? [] : [describeAttempts(spec, phase, attempts)]),
    `Attempts: ${counts.losses} lost (failovers allowed: ${spec.failover.maxAttempts}), ` +
      `${counts.failures} failed (tries allowed: ${spec.retry.maxAttempts})`,
  ];
  setCurrentDetails(paragraphs.join('\n\n'));
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

/** Makes a job that was moved findable by its new pool. */
export function showPool(pool: string): void {
  upsertSearchAttributes([{ key: { name: SEARCH_ATTRIBUTES.pool, type: 'KEYWORD' }, value: pool }]);
}

function describePhase(phase: JobPhase, attempts: readonly AttemptRecord[]): string {
  switch (phase.kind) {
    case 'opening':
      return 'Waits for the ledger (PostgreSQL) to record it; no attempt yet.';
    case 'dispatched':
      return `Epoch **${phase.epoch}** is on queue ${text(phase.queue)} or runs: see Pending Activities.`;
    case 'waiting':
      return `Waits${phase.until === undefined ? '' : ` until ${time(phase.until)}`}: ${text(phase.why)}`;
    case 'closing':
      return `${describeLast(attempts.at(-1))} Waits for the ledger (PostgreSQL) to record it.`;
    case 'closed':
      return describeOutcome(phase.outcome, attempts);
  }
}

function describeOutcome(outcome: JobOutcome, attempts: readonly AttemptRecord[]): string {
  const last = attempts.at(-1);
  const place = last === undefined ? '' : ` by epoch **${last.epoch}** on node **${nodeOf(last)}**`;
  if (outcome.state === 'succeeded') return `**Succeeded**${place}.`;
  const { code, message } = outcome.error;
  return `**${outcome.state === 'failed' ? 'Failed' : 'Cancelled'}**: ${code}: ${text(message)}`;
}

function describeLast(last: AttemptRecord | undefined): string {
  if (last === undefined) return 'It ended before an attempt started.';
  return `Last attempt: epoch **${last.epoch}** on node **${nodeOf(last)}** **${last.outcome}**.`;
}

function describeAttempts(
  spec: JobSpec,
  phase: JobPhase,
  attempts: readonly AttemptRecord[],
): string {
  const hidden = Math.max(0, attempts.length - SHOWN_ATTEMPTS);
  const shown = attempts.slice(hidden).map((attempt) => {
    const isOver = phase.kind === 'closing' || phase.kind === 'closed';
    const isLast = isOver && attempt === attempts.at(-1);
    return describeAttempt(spec, attempt, isLast);
  });
  return [...(hidden === 0 ? [] : [`- … ${hidden} earlier attempts`]), ...shown].join('\n');
}

function describeAttempt(spec: JobSpec, attempt: AttemptRecord, isLast: boolean): string {
  const { epoch, outcome, endedAt } = attempt;
  const isMoved = !isLast && (outcome === 'lost' || outcome === 'handed_back');
  return (
    `- epoch ${epoch} on node **${nodeOf(attempt)}**: **${outcome}**` +
    `${isMoved ? ' and moved' : ''} at ${time(endedAt)}${whyEnded(spec, attempt)}`
  );
}

function whyEnded(spec: JobSpec, { outcome, reason }: AttemptRecord): string {
  if (outcome === 'handed_back') return ': its node takes no more work';
  if (reason === undefined) return '';
  return `: ${text(reason)}${outcome === 'lost' ? describeLoss(spec, reason) : ''}`;
}

function describeLoss(spec: JobSpec, reason: string): string {
  switch (reason) {
    case 'heartbeat_timeout':
      return `, no sign of its node for ${spec.heartbeatMs / 1000} s`;
    case 'attempt_timeout':
      return `, it ran longer than ${spec.timeoutMs / 1000} s`;
    default:
      return '';
  }
}

function nodeOf({ node }: AttemptRecord): string {
  return node === undefined ? 'unknown' : text(node);
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** As it is, on one line and not as Markdown. */
function text(raw: string): string {
  return raw
    .slice(0, 300)
    .replaceAll(/[\r\n]+/g, ' ')
    .replaceAll(/[\\`*_~<>[\]|&]/g, String.raw`\$&`);
}
