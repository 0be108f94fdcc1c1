import { basename } from 'node:path';
import type { ScheduleDocument } from '../domain/schedule-definition.ts';
import { configuredSchedules } from './read-schedules.ts';

/** The schedules of a configuration file, and what the file is called. */
export interface ConfiguredSource {
  readonly source: string;
  readonly schedules: readonly ScheduleDocument[];
}

/**
 * The schedules that a configuration file has or names as it is now, checked in full.
 *
 * @throws HoldfastError `invalid_input`
 */
export async function configuredSource(file: string): Promise<ConfiguredSource> {
  const read = await configuredSchedules(file);
  // As `holdfast schedules apply` calls it in its folder, wherever whoever reads it was started.
  return { source: basename(file), schedules: read.map(({ document }) => document) };
}
