import type { JobRequest, JobSpec } from './job.ts';
import { concurrencyKey, turnOf } from './need.ts';

/** A request without what the ledger keeps in columns of their own. */
export type JobOptions = Omit<JobRequest, 'kind' | 'pool' | 'input' | 'session'>;

/**
 * The options that a job runs with, every default filled in: with its kind, pool, input and session
 * they make a request that resolves to the same job.
 */
export function optionsOf(spec: JobSpec): JobOptions {
  const { pin, horizonMs, rate, fairnessKey, pending, plan } = spec;
  const { failAfterMs, ...otherPending } = pending;
  return {
    timeoutMs: spec.timeoutMs,
    heartbeatMs: spec.heartbeatMs,
    failover: spec.failover,
    retry: spec.retry,
    ...(pin === undefined ? {} : { pin }),
    labels: spec.labels,
    preferLabels: spec.preferLabels,
    placement: spec.placement,
    liveness: spec.liveness,
    pending: failAfterMs === undefined ? otherPending : { ...otherPending, failAfterMs },
    reconcile: spec.reconcile,
    ...(horizonMs === undefined ? {} : { horizonMs }),
    ...needsOf(spec),
    ...(rate === undefined ? {} : { rate }),
    priority: spec.priority,
    ...(fairnessKey === undefined ? {} : { fairnessKey }),
    slots: spec.slots,
    deadlineMs: spec.deadlineMs,
    ...(plan === undefined ? {} : { plan }),
  };
}

function needsOf({ needs, plan }: JobSpec): Pick<JobOptions, 'resources' | 'concurrency'> {
  const turn = turnOf(plan);
  const resources = needs.filter(({ limit }) => limit === undefined);
  // The turn among the plans of a scope goes with the plan.
  const limited = needs.find(({ resource, limit }) => limit !== undefined && resource !== turn);
  return {
    ...(resources.length > 0 && {
      resources: Object.fromEntries(resources.map(({ resource, amount }) => [resource, amount])),
    }),
    ...(limited?.limit !== undefined && {
      concurrency: { key: concurrencyKey(limited.resource), limit: limited.limit },
    }),
  };
}
