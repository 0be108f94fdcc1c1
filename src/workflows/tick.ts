import {
  continueAsNew,
  isCancellation,
  log,
  patched,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { TickActivities, TickNext, TickStart } from '../domain/tick.ts';
import { askScopes } from './ask-scopes.ts';
import { endTick, startTick } from './ledger-call.ts';
import { QUICK_TICK_PATCH } from './patches.ts';
import { tickActivities, whyFailed } from './tick-calls.ts';

/** Scopes of one transaction. */
const SCOPES_AT_ONCE = 500;

/** Plans whose jobs one activity starts. */
const STARTS_AT_ONCE = 500;

/** How far a pass over the scopes has come. */
interface Pass {
  /** Where its next batch begins: the last scope before it, or of `scopes` a place in that list. */
  readonly cursor?: string;
  /** Times that are due were left, of some scope. */
  readonly more?: boolean;
  /**
   * The earliest look: what has become due since is due at the next tick. Left out where a batch found
   * the schedule paused: then the next tick is due at once.
   */
  readonly next?: TickNext;
}

/** What the next run of a tick goes on with. */
interface CarriedTick extends Pass {
  /** What the provider of the scopes has answered. */
  readonly scopes?: readonly string[];
}

/**
 * One tick of a schedule: decide every time that is due, scope by scope, and start the jobs of those
 * that are to run. All that it knows is the ledger's: repeated, or cut off anywhere and begun again, it
 * changes nothing that was decided.
 */
export async function tick(
  { schedule }: { readonly schedule: string },
  carried?: CarriedTick,
): Promise<void> {
  const calls = patched(QUICK_TICK_PATCH) ? { startTick, endTick } : tickActivities;
  let trouble: string | undefined;
  let next: TickNext | undefined;
  try {
    const begun = carried === undefined ? await begin(schedule, calls) : PLAN;
    if (begun.kind === 'idle') return;
    if (begun.kind === 'ask') carried = { scopes: await askScopes(schedule, begun) };
    if (begun.kind !== 'none') next = await planAll(schedule, carried ?? {});
  } catch (error) {
    trouble = whyLeftOut(schedule, error);
  }
  try {
    const refusal = await startAll(schedule);
    trouble ??= refusal;
  } catch (error) {
    trouble ??= whyLeftOut(schedule, error);
  }
  await calls.endTick({
    schedule,
    // What was left out is due at once, which is at the next look for what is due.
    ...(next === undefined ? {} : { next }),
    ...(trouble === undefined ? {} : { trouble }),
  });
}

const PLAN: TickStart = { kind: 'plan' };

/** An alarm may ring a little before the database's clock, which decides, shows the time. */
async function begin(
  schedule: string,
  calls: Pick<TickActivities, 'startTick'>,
): Promise<TickStart> {
  const begun = await calls.startTick({ schedule });
  if (begun.kind !== 'idle' || begun.waitMs === undefined) return begun;
  await sleep(begun.waitMs);
  return calls.startTick({ schedule });
}

/** Pass after pass, until nothing that is due is left: no pass decides more of a scope than it may. */
async function planAll(
  schedule: string,
  { scopes, ...begun }: CarriedTick,
): Promise<TickNext | undefined> {
  let pass: Pass = begun;
  for (;;) {
    do {
      pass = await planBatch(schedule, scopes, pass);
      const isOver = pass.cursor === undefined;
      // A pass that leaves times is followed by a whole one.
      if (!isOver || pass.more === true) await renewWhenLong(schedule, scopes, isOver ? {} : pass);
    } while (pass.cursor !== undefined);
    if (pass.more !== true) return pass.next;
    await startAll(schedule);
    pass = {};
  }
}

/** One batch of scopes. Those of a list are cut here: the ledger is told no place in it. */
async function planBatch(
  schedule: string,
  scopes: readonly string[] | undefined,
  { cursor, more = false, next }: Pass,
): Promise<Pass> {
  const at = cursor === undefined ? {} : { cursor };
  const batch = scopes === undefined ? at : { scopes: sliceOf(scopes, cursor) };
  const ticked = await tickActivities.planTick({ schedule, limit: SCOPES_AT_ONCE, ...batch });
  const rest = scopes === undefined ? ticked.cursor : nextSlice(scopes, cursor);
  const earliest = cursor === undefined ? ticked.next : ticked.next && next;
  return {
    more: more || ticked.more,
    ...(rest === undefined ? {} : { cursor: rest }),
    ...(earliest === undefined ? {} : { next: earliest }),
  };
}

function sliceOf(scopes: readonly string[], cursor: string | undefined): readonly string[] {
  const from = Number(cursor ?? 0);
  return scopes.slice(from, from + SCOPES_AT_ONCE);
}

function nextSlice(scopes: readonly string[], cursor: string | undefined): string | undefined {
  const next = Number(cursor ?? 0) + SCOPES_AT_ONCE;
  return next < scopes.length ? String(next) : undefined;
}

async function renewWhenLong(
  schedule: string,
  scopes: readonly string[] | undefined,
  pass: Pass,
): Promise<void> {
  if (!workflowInfo().continueAsNewSuggested) return;
  await startAll(schedule);
  const carried = scopes === undefined ? pass : { ...pass, scopes };
  await continueAsNew<typeof tick>({ schedule }, carried);
}

/** Answers why some were not started. */
async function startAll(schedule: string): Promise<string | undefined> {
  let skip = 0;
  let why: string | undefined;
  for (;;) {
    const rest = skip === 0 ? {} : { skip };
    const request = { schedule, limit: STARTS_AT_ONCE, ...rest };
    const { more, refused } = await tickActivities.startPlanned(request);
    // They would be the first ones again.
    skip += refused?.count ?? 0;
    why ??= refused?.why;
    if (!more) return why;
  }
}

/** The reason for the record. A cancelled tick and the end of its run are none. */
function whyLeftOut(schedule: string, error: unknown): string {
  if (isCancellation(error)) throw error;
  const why = whyFailed(error);
  if (why === undefined) throw error;
  log.warn('schedule.left_out', { schedule, why });
  return why;
}
