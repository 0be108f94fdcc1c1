import type { Logger } from 'pino';
import type { Connections } from '../../client/connections.ts';
import { seedSchedules } from '../../client/schedules/apply-schedules.ts';
import type { ConfiguredSource } from '../../config/configured-source.ts';
import { configuredSource } from '../../config/configured-source.ts';

/**
 * The schedules that a configuration file has or names, checked in full.
 *
 * @throws HoldfastError `invalid_input`
 */
export async function readSeed(file: string | undefined): Promise<ConfiguredSource | undefined> {
  const seed = file === undefined ? undefined : await configuredSource(file);
  return seed?.schedules.length === 0 ? undefined : seed;
}

/**
 * Puts the configured schedules on record where the ledger never had one. Any number of orchestrators may do
 * so at once: one does.
 */
export async function seedLedger(
  connections: Connections,
  seed: ConfiguredSource | undefined,
  log: Logger,
): Promise<void> {
  if (seed === undefined) return;
  const seeded = await seedSchedules(connections, [seed]);
  if (seeded === undefined) return;
  const { source } = seed;
  log.info({ source, schedules: seeded.schedules.length }, 'schedules.seeded');
  for (const warning of seeded.warnings) log.warn({ warning }, 'schedule.without_alarm');
}
