import { createOccurrences } from '../../cron/create-occurrences.ts';
import type { TimesOf } from '../../domain/occurrences.ts';

/** The times of a definition on record: the ledger asks for those of the one that it has locked. */
export const timesOf: TimesOf = ({ plan }) => createOccurrences(plan, 'schedule.');
