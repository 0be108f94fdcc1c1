import type { JobRequest } from './job.ts';

/** The options of a kind that a configuration may override, and the fields of a request that they fill. */
const KIND_OPTIONS = {
  timeout: ['timeoutMs'],
  heartbeat: ['heartbeatMs', 'liveness'],
  failover: ['failover'],
  retry: ['retry'],
  labels: ['labels'],
  preferLabels: ['preferLabels'],
  pending: ['pending'],
  reconcile: ['reconcile'],
  resources: ['resources'],
  concurrency: ['concurrency'],
  rate: ['rate'],
  priority: ['priority'],
  fairnessKey: ['fairnessKey'],
  slots: ['slots'],
  deadline: ['deadlineMs'],
} as const satisfies Readonly<Record<string, readonly (keyof JobRequest)[]>>;

/** One of {@link KIND_OPTIONS}. */
export type KindOption = keyof typeof KIND_OPTIONS;

/** Every {@link KindOption}. */
export const KIND_OPTION_NAMES = Object.keys(KIND_OPTIONS) as readonly KindOption[];

/** Options of kinds as a configuration has them, by the kind: the fields of requests that they fill. */
export type KindOverrides = Readonly<Record<string, Partial<JobRequest>>>;

/** Of these options each part is its own: what the configuration does not name, stays. */
const IN_PARTS: readonly KindOption[] = ['failover', 'retry', 'pending'];

/**
 * A request as the configuration of its kind wants it. What its submit has asked for itself, stays as it
 * is; what its definition says, gives way.
 *
 * @param given the options that the submit has given itself
 */
export function overrideKind(
  request: JobRequest,
  overrides: KindOverrides,
  given: readonly KindOption[],
): JobRequest {
  if (!Object.hasOwn(overrides, request.kind)) return request;
  const override: Readonly<Record<string, unknown>> = overrides[request.kind] ?? {};
  const fields: Record<string, unknown> = { ...request };
  for (const option of KIND_OPTION_NAMES) {
    const names: readonly string[] = KIND_OPTIONS[option];
    if (given.includes(option) || !names.some((name) => override[name] !== undefined)) continue;
    for (const name of names) {
      const value = override[name];
      const old = fields[name];
      delete fields[name];
      if (value === undefined) continue;
      fields[name] =
        IN_PARTS.includes(option) && isObject(old) ? { ...old, ...(value as object) } : value;
    }
  }
  return fields as unknown as JobRequest;
}

/** The options of which a set of request fields has some. */
export function optionsIn(fields: Readonly<Record<string, unknown>>): KindOption[] {
  return KIND_OPTION_NAMES.filter((option) =>
    KIND_OPTIONS[option].some((name) => fields[name] !== undefined && fields[name] !== null),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
