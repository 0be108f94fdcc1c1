import { counted } from '../counted.ts';
import { formatLength } from '../length.ts';
import type { Finding } from './finding.ts';
import { ok, problem, warning } from './finding.ts';

/** What is in the outbox. */
export interface OutboxFacts {
  readonly waiting: number;
  /** How long the first has waited; undefined: none waits. */
  readonly oldestMs: number | undefined;
  readonly dead: number;
  /** The first dead row. */
  readonly firstDead: { readonly id: string; readonly why: string } | undefined;
}

/** A relay takes milliseconds; so much is a hiccup. */
const LAG_MS = 10_000;
/** The alert of an orchestrator that was told nothing else. */
const STUCK_MS = 60_000;

/** Whether enqueued jobs are started, and which ones never can be. */
export function outboxFindings(facts: OutboxFacts): Finding[] {
  return [lag(facts), dead(facts)];
}

function lag({ waiting, oldestMs }: OutboxFacts): Finding {
  const check = 'outbox.lag';
  if (oldestMs === undefined) return ok(check, 'no enqueued job waits to be started');
  const age = formatLength(oldestMs);
  const what = `${counted(waiting, 'enqueued job')} waiting to be started, the first for ${age}`;
  if (oldestMs < LAG_MS) return ok(check, what);
  const todo = '`holdfast outbox list`; their relay is part of every orchestrator: is one alive?';
  return oldestMs < STUCK_MS ? warning(check, what, todo) : problem(check, what, todo);
}

function dead({ dead, firstDead }: OutboxFacts): Finding {
  const check = 'outbox.dead';
  if (dead === 0 || firstDead === undefined) return ok(check, 'no enqueued job is dead');
  return problem(
    check,
    `${counted(dead, 'enqueued job')} that can never start; the first, ${firstDead.id}: ${firstDead.why}`,
    '`holdfast outbox list --dead`; mend what is wrong, then `holdfast outbox retry ID`, or `holdfast outbox drop ID`',
  );
}
