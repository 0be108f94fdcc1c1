import { createOccurrences } from './create-occurrences.ts';
import type { TimesOf } from '../domain/occurrences.ts';

/** The times of a definition on record. */
export const timesOf: TimesOf = ({ plan }) => createOccurrences(plan, 'schedule.');
