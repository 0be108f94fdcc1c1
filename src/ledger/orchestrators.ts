import type pg from 'pg';
import type { Orchestrator } from '../domain/orchestrator.ts';
import { ORCHESTRATOR_SILENCE_MS } from '../domain/orchestrator.ts';

/** Puts a sign of life of an orchestrator on record, and drops those that were killed days ago. */
export async function beatOrchestrator(pool: pg.Pool, identity: string): Promise<void> {
  await pool.query(
    `with gone as (
       delete from holdfast.orchestrators where beat_at < now() - interval '7 days'
     )
     insert into holdfast.orchestrators (identity) values ($1)
     on conflict (identity) do update set beat_at = now()`,
    [identity],
  );
}

/** Takes an orchestrator that stops in order off the record. */
export async function dropOrchestrator(pool: pg.Pool, identity: string): Promise<void> {
  await pool.query('delete from holdfast.orchestrators where identity = $1', [identity]);
}

/** Every orchestrator, the one heard from last first; by the database's clock alone. */
export async function listOrchestrators(pool: pg.Pool): Promise<Orchestrator[]> {
  const { rows } = await pool.query<Orchestrator>(
    `select identity, started_at as "startedAt", beat_at as "beatAt",
       case when beat_at >= now() - $1 * interval '1 millisecond' then 'online' else 'offline' end as state
     from holdfast.orchestrators order by beat_at desc, identity`,
    [ORCHESTRATOR_SILENCE_MS],
  );
  return rows;
}
