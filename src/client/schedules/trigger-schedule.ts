import { timesOf } from '../../cron/times-of.ts';
import { resolveDefinition } from '../../domain/schedule-definition.ts';
import type { AddedPlan } from '../../ledger/add-plans.ts';
import type { Connections } from '../connections.ts';
import { tryWakeTick } from './alarm.ts';
import { scheduleNotFound, scopesOf, storedSchedule } from './check-schedule.ts';

/** What a trigger runs. */
export interface TriggerOptions {
  /** @default every scope that the definition lists */
  readonly scope?: string;
  /** Repeated with the same key, a trigger runs nothing: it answers with the plans of the first time. */
  readonly key?: string;
}

/** See `SchedulesClient.trigger`. */
export async function triggerSchedule(
  connections: Connections,
  name: string,
  { scope, key }: TriggerOptions = {},
): Promise<readonly AddedPlan[]> {
  const { document } = await storedSchedule(connections.ledger, name);
  const scopes = scopesOf(resolveDefinition(document), scope);
  const plans: AddedPlan[] = [];
  for (const each of scopes) {
    const plan = await connections.ledger.schedules.trigger(name, each, { timesOf, key });
    if (plan === undefined) throw scheduleNotFound(name);
    plans.push(plan);
  }
  await tryWakeTick(connections, name);
  return plans;
}
