import type pg from 'pg';
import type { CursorStep, SessionPosition, SlotsAhead } from '../domain/advance-cursor.ts';
import { advanceCursor } from '../domain/advance-cursor.ts';
import type { Session } from '../domain/session.ts';
import { SESSIONS_CHANNEL } from './session-news.ts';

/** The open job of a strict session whose turn it is now. */
export interface Turn {
  readonly jobId: string;
  readonly generation: number;
  readonly workflowId: string;
}

/** What the release of a session's slots came to. */
export interface Release {
  /** Indexes that were passed over. */
  readonly skipped?: number;
  readonly turn?: Turn;
}

/** Filled slots that are read at a time. */
const WINDOW = 500;

/** Past this JavaScript and PostgreSQL agree on no date; it stands for never. */
const LAST_MOMENT = Date.UTC(9999, 11, 31);

/**
 * Whether a change of one slot can move the cursor or begin a gap. Behind a gap that is known it
 * cannot: an index that many wait for costs each of them nothing.
 */
export function mayRelease({ cursor, gapSince }: Session, index: number): boolean {
  return index === cursor + 1 || (index > cursor && gapSince === undefined);
}

/** Moves the cursor of a session, which must be locked, as far as the rule lets it. */
export async function release(tx: pg.PoolClient, session: Session): Promise<Release> {
  const step = await lastStep(tx, session);
  const { id, cursor, isStrict } = session;
  const hasMoved = step.cursor > cursor;
  const isEnded = step.count !== undefined && step.cursor + 1 === step.count;
  const hasEnded = isEnded && session.endedAt === undefined;
  const isSame =
    step.gapSince === session.gapSince?.getTime() && step.skipAt === session.skipAt?.getTime();
  if (isSame && !hasMoved && !hasEnded) return {};
  await tx.query(
    `with moved as (
       update holdfast.sessions
       set cursor = $3, gap_since = $4, skip_at = $5,
           ended_at = case when $6 then coalesce(ended_at, clock_timestamp()) end
       where id = $1 and cursor = $2
     ), released as (
       update holdfast.session_slots set released_at = clock_timestamp()
       where session_id = $1 and index > $2 and index <= $3 and filled_at is not null
     )
     select case when $7 then pg_notify($8, $1)::text end`,
    [
      id,
      cursor,
      step.cursor,
      dateOf(step.gapSince),
      dateOf(step.skipAt),
      isEnded,
      hasMoved || hasEnded,
      SESSIONS_CHANNEL,
    ],
  );
  const turn = isStrict && hasMoved ? await findTurn(tx, id, step.cursor + 1) : undefined;
  return { ...(step.skipped > 0 && { skipped: step.skipped }), ...(turn && { turn }) };
}

/** Goes on as long as the rule may have more to say; `skipped` is the sum of all steps. */
async function lastStep(tx: pg.PoolClient, session: Session): Promise<CursorStep> {
  const { cursor, count } = session;
  let position: SessionPosition = { cursor, count, gapSince: session.gapSince?.getTime() };
  for (let skipped = 0; ;) {
    const { now, ...ahead } = await slotsAhead(tx, session.id, position.cursor);
    const step = advanceCursor(session, position, ahead, now);
    skipped += step.skipped;
    const wasCut = ahead.filled.length === WINDOW && ahead.filled.at(-1) === step.cursor;
    if (!step.again && !wasCut) return { ...step, skipped };
    position = step;
  }
}

async function slotsAhead(
  tx: pg.PoolClient,
  id: string,
  cursor: number,
): Promise<SlotsAhead & { now: number }> {
  const { rows } = await tx.query<{ filled: number[]; first_taken: number | null; now: Date }>(
    `select array(select index::float8 from holdfast.session_slots
                  where session_id = $1 and index > $2 and filled_at is not null
                  order by index limit $3) as filled,
            (select min(index)::float8 from holdfast.session_slots
             where session_id = $1 and index > $2) as first_taken,
            clock_timestamp() as now`,
    [id, cursor, WINDOW],
  );
  const { filled = [], first_taken: firstTaken, now = new Date() } = rows[0] ?? {};
  return { filled, firstTaken: firstTaken ?? undefined, now: now.getTime() };
}

async function findTurn(tx: pg.PoolClient, id: string, index: number): Promise<Turn | undefined> {
  const { rows } = await tx.query<{ job_id: string; generation: number; workflow_id: string }>(
    `select slot.job_id, slot.generation, job.workflow_id
     from holdfast.session_slots slot
       join holdfast.jobs job on job.id = slot.job_id and job.generation = slot.generation
     where slot.session_id = $1 and slot.index = $2 and slot.state = 'open'`,
    [id, index],
  );
  const row = rows[0];
  return row && { jobId: row.job_id, generation: row.generation, workflowId: row.workflow_id };
}

function dateOf(ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(Math.min(ms, LAST_MOMENT));
}
