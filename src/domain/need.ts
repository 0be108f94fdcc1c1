import { checkCount, checkName, checkObject } from './check.ts';
import { invalid } from './errors.ts';
import type { ConcurrencyLimit, JobRequest, PlanRun, RateLimit } from './job.ts';
import { scopePrefix } from './plan-id.ts';

/** How much of one resource a job holds while it runs. */
export interface Need {
  readonly resource: string;
  /** A whole number from 1. */
  readonly amount: number;
  /** Of a concurrency limit, which is a resource that nobody has to configure: its capacity. */
  readonly limit?: number;
}

/** What the names of the resources begin with that stand for concurrency limits. */
const CONCURRENCY = 'concurrency/';

/** The needs of a request, ordered by name. @throws HoldfastError `invalid_input` */
export function resolveNeeds(request: JobRequest, at: string): readonly Need[] {
  const resources = checkObject(request.resources, `${at}resources`) ?? {};
  const needs: Need[] = Object.entries(resources).map(([name, amount]) => ({
    resource: checkResourceName(name, `${at}resources`),
    amount: checkCount(amount, `${at}resources.${name.slice(0, 80)}`, 1),
  }));
  const limit = resolveConcurrency(request, at);
  if (limit !== undefined) {
    needs.push({ resource: concurrencyResource(limit.key), amount: 1, limit: limit.limit });
  }
  const turn = turnOf(request.plan);
  if (turn !== undefined) needs.push({ resource: turn, amount: 1, limit: 1 });
  return needs.sort((a, b) => (a.resource < b.resource ? -1 : 1));
}

/** The resource by which at most one plan of a scope runs at a time, where its schedule asks for that. */
export function turnOf(plan: PlanRun | null | undefined): string | undefined {
  if (plan?.overlap !== 'queue' && plan?.overlap !== 'replace') return undefined;
  return concurrencyResource(scopePrefix(plan.schedule, plan.scope).slice(0, -1));
}

/** The name of the resource that stands for a concurrency limit. */
function concurrencyResource(key: string): string {
  return `${CONCURRENCY}${key}`;
}

/** The key of the concurrency limit that a resource of this name stands for. */
export function concurrencyKey(resource: string): string {
  return resource.slice(CONCURRENCY.length);
}

/** A name that a resource may be configured with. @throws HoldfastError `invalid_input` */
export function checkResourceName(value: unknown, path: string): string {
  const name = checkName(value, path);
  if (!name.startsWith(CONCURRENCY)) return name;
  throw invalid(path, `a name that does not begin with "${CONCURRENCY}"`, name);
}

function resolveConcurrency(
  { concurrency, kind }: JobRequest,
  at: string,
): ConcurrencyLimit | undefined {
  const given = checkObject(concurrency, `${at}concurrency`);
  if (given === undefined) return undefined;
  return {
    key: checkName(given.key ?? kind, `${at}concurrency.key`),
    limit: checkCount(given.limit, `${at}concurrency.limit`, 1),
  };
}

/** The longest list of starts that is looked at for a rate. */
const MOST_PER_WINDOW = 10_000;

/** The rate limit of a request. @throws HoldfastError `invalid_input` */
export function resolveRate({ rate, kind }: JobRequest, at: string): RateLimit | undefined {
  const given = checkObject(rate, `${at}rate`);
  if (given === undefined) return undefined;
  const limit = checkCount(given.limit, `${at}rate.limit`, 1);
  if (limit > MOST_PER_WINDOW) {
    throw invalid(`${at}rate.limit`, `at most ${MOST_PER_WINDOW}`, limit, 'take a shorter window');
  }
  return {
    key: checkName(given.key ?? kind, `${at}rate.key`),
    limit,
    windowMs: checkCount(given.windowMs, `${at}rate.windowMs`, 1),
  };
}
