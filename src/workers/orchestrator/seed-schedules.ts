import { relative } from 'node:path';
import type { Logger } from 'pino';
import type { Connections } from '../../client/connections.ts';
import { seedSchedules } from '../../client/schedules/apply-schedules.ts';
import { configuredSchedules } from '../../config/read-schedules.ts';
import type { ScheduleDocument } from '../../domain/schedule-definition.ts';

/** The schedules of a configuration file, and what the file is called. */
export interface ConfiguredSchedules {
  readonly source: string;
  readonly schedules: readonly ScheduleDocument[];
}

/**
 * The schedules that a configuration file has or names, checked in full.
 *
 * @throws HoldfastError `invalid_input`
 */
export async function readSeed(file: string | undefined): Promise<ConfiguredSchedules | undefined> {
  const read = await configuredSchedules(file);
  if (file === undefined || read.length === 0) return undefined;
  // As `holdfast schedules apply` calls it in the same folder.
  return { source: relative('', file), schedules: read.map(({ document }) => document) };
}

/**
 * Puts the configured schedules on record where the ledger never had one. Any number of orchestrators may do
 * so at once: one does.
 */
export async function seedLedger(
  connections: Connections,
  seed: ConfiguredSchedules | undefined,
  log: Logger,
): Promise<void> {
  if (seed === undefined) return;
  const seeded = await seedSchedules(connections, [seed]);
  if (seeded === undefined) return;
  const { source } = seed;
  log.info({ source, schedules: seeded.schedules.length }, 'schedules.seeded');
  for (const warning of seeded.warnings) log.warn({ warning }, 'schedule.without_alarm');
}
