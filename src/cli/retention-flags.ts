import type { Command } from 'commander';
import { addSettings } from './setting-flags.ts';

/** The settings of {@link addRetentionOptions}. */
export const RETENTION_SETTINGS = [
  'retention.interval',
  'retention.closedJobs',
  'retention.sessionResults',
  'retention.fences',
  'retention.audit',
] as const;

/** Adds the flags that say how long the ledger keeps what. */
export function addRetentionOptions(command: Command): Command {
  return addSettings(command, 'How long the ledger keeps what:', RETENTION_SETTINGS);
}
