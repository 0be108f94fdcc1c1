import { checkCount } from './check.ts';
import { invalid } from './errors.ts';
import { checkResourceName } from './need.ts';

/** Something that jobs hold while they run, counted. */
export interface Resource {
  readonly name: string;
  /** The pool whose jobs it is for; undefined: it is the whole fleet's. */
  readonly pool: string | undefined;
  readonly capacity: number;
  /** How much of it is held now; more than the capacity after that was lowered. */
  readonly held: number;
  /** How many jobs wait for it. */
  readonly waiting: number;
  /** It stands for a concurrency limit: nobody configures it. */
  readonly isLimit: boolean;
}

/** How much there is to be of a resource. */
export interface ResourceCapacity {
  readonly name: string;
  readonly pool: string | undefined;
  readonly capacity: number;
}

/** What a pool's resource is called in a configuration: `<pool>/<name>`, the fleet's just `<name>`. */
export interface ResourceKey {
  readonly name: string;
  readonly pool: string | undefined;
}

/**
 * The resource that a key of a configuration names. What stands before the first slash is its pool; a
 * name of the fleet that has a slash itself begins with one: `/a/b`.
 *
 * @throws HoldfastError `invalid_input`
 */
export function parseResourceKey(key: string, path: string): ResourceKey {
  const slash = key.indexOf('/');
  const pool = slash <= 0 ? undefined : key.slice(0, slash);
  const name = checkResourceName(slash === -1 ? key : key.slice(slash + 1), path);
  return { name, pool };
}

/** The most that a ledger's column takes. */
const MOST = 2_147_483_647;

/** A capacity: 0 lets nobody have any. @throws HoldfastError `invalid_input` */
export function checkCapacity(value: unknown, path: string): number {
  const capacity = checkCount(value, path, 0);
  if (capacity <= MOST) return capacity;
  throw invalid(path, `at most ${MOST}`, capacity);
}

/**
 * The resources of a configuration, `{ 'gpu-mem-gb': 64, 'gpu/db-conn': 10 }`.
 *
 * @param path names the place in errors
 * @throws HoldfastError `invalid_input`
 */
export function parseResources(
  resources: Readonly<Record<string, number>>,
  path: string,
): readonly ResourceCapacity[] {
  return Object.entries(resources).map(([key, capacity]) => ({
    ...parseResourceKey(key, path),
    capacity: checkCapacity(capacity, `${path}.${key.slice(0, 80)}`),
  }));
}
