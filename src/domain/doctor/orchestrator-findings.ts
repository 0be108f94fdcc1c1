import { counted } from '../counted.ts';
import { formatLength } from '../length.ts';
import type { Finding } from './finding.ts';
import { ok, problem, warning } from './finding.ts';

/** What Temporal knows of the orchestrators, by its own clock. */
export interface OrchestratorFacts {
  /** Who asked for work, and how long ago last; also processes that are gone, for some minutes. */
  readonly pollers: readonly { readonly identity: string; readonly agoMs: number }[];
  /** Workflow tasks that wait for an orchestrator, and how long the first has. */
  readonly backlog: number;
  readonly backlogAgeMs: number;
}

/** A poll lasts a minute; one that is alive asks again at its end. */
const ALIVE_MS = 75_000;
const BEHIND_MS = 10_000;

/** Whether there are orchestrators, and whether they keep up. */
export function orchestratorFindings(facts: OrchestratorFacts): Finding[] {
  return [alive(facts), ...(facts.pollers.length === 0 ? [] : [keepingUp(facts)])];
}

function alive({ pollers }: OrchestratorFacts): Finding {
  const check = 'orchestrators.alive';
  const todo = 'start one: `holdfast orchestrator`';
  const names = pollers.filter(({ agoMs }) => agoMs < ALIVE_MS).map(({ identity }) => identity);
  if (names.length > 0) {
    return ok(
      check,
      `${counted(names.length, 'orchestrator')} asked for work within 75 s: ${names.join(', ')}`,
    );
  }
  const last = pollers.reduce((least, { agoMs }) => Math.min(least, agoMs), Infinity);
  const when = last === Infinity ? '' : `; the last one asked for work ${formatLength(last)} ago`;
  return problem(check, `no orchestrator is alive${when}: no job starts or ends`, todo);
}

function keepingUp({ backlog, backlogAgeMs }: OrchestratorFacts): Finding {
  const check = 'orchestrators.backlog';
  if (backlogAgeMs < BEHIND_MS) return ok(check, 'the orchestrators keep up');
  const age = formatLength(backlogAgeMs);
  return warning(
    check,
    `the orchestrators are behind: ${counted(backlog, 'task')} in their queue, the first for ${age}`,
    'start more of them, or see what keeps them: their logs, and the load of Temporal and the ledger',
  );
}
