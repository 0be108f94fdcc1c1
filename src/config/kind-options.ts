import type { JobRequest } from '../domain/job.ts';
import { resolveJobSpec } from '../domain/job-spec.ts';
import type { KindOption } from '../domain/kind-override.ts';
import type { AttemptOptions } from '../handlers/attempt-options.ts';
import { attemptRequest } from '../handlers/attempt-options.ts';
import type { LimitOptions } from '../handlers/limit-options.ts';
import { submittedLimits } from '../handlers/limit-options.ts';
import type { PlacementOptions } from '../handlers/placement-options.ts';
import { placementRequest } from '../handlers/placement-options.ts';
import type { RecordOptions } from '../handlers/record-options.ts';
import { recordRequest } from '../handlers/record-options.ts';
import { unknownKey } from './config-fault.ts';

type Options = AttemptOptions & PlacementOptions & RecordOptions & LimitOptions;

/** The keys of options that are mappings. */
const PARTS: Partial<Record<KindOption, readonly string[]>> = {
  failover: ['maxAttempts', 'crashBudget'],
  retry: ['maxAttempts', 'backoff', 'nonRetryable'],
  pending: ['alarmAfter', 'failAfter', 'reassignAfter'],
  concurrency: ['key', 'limit'],
  rate: ['key', 'limit', 'per'],
};

/**
 * What one option of a kind, as `kinds` has it, fills of a request.
 *
 * @param at the kind's path, for errors
 * @throws HoldfastError `invalid_input`
 */
export function kindRequest(option: KindOption, value: unknown, at: string): Partial<JobRequest> {
  checkParts(option, value, at);
  const options = { [option]: value } as Options;
  const request = {
    ...attemptRequest(options, at),
    ...placementRequest(options, at),
    ...recordRequest(options, at),
    ...submittedLimits(options, at),
  };
  resolveJobSpec('check', 1, { kind: 'check', pool: 'check', input: null, ...request }, `${at}.`);
  return request;
}

function checkParts(option: KindOption, value: unknown, at: string): void {
  const known = PARTS[option];
  if (known === undefined || typeof value !== 'object' || value === null) return;
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined) throw unknownKey(`${at}.${option}.${other}`, other, known);
}
