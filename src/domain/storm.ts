/** When losses of nodes are a storm, and how long that pauses failover. */
export interface StormPolicy {
  /** Losses of more than this share of the pool's nodes, from 0 to 1. */
  readonly share: number;
  /** Fewer lost nodes are no storm, however small the pool. */
  readonly leastNodes: number;
  /** Losses this close to each other count together. */
  readonly windowMs: number;
  /** How long failover pauses after the last loss of a storm. */
  readonly holdMs: number;
}

/** The storm policy of a fleet that was told none. */
export const STORM_DEFAULTS: StormPolicy = {
  share: 0.5,
  leastNodes: 3,
  windowMs: 10_000,
  holdMs: 30_000,
};

/** The storm policies of a fleet: the one of all pools, and those that pools have of their own. */
export interface StormPolicies {
  readonly ofAll: StormPolicy;
  readonly byPool: ReadonlyMap<string, StormPolicy>;
}

/** The policy of a pool. */
export function stormPolicyOf({ ofAll, byPool }: StormPolicies, pool: string): StormPolicy {
  return byPool.get(pool) ?? ofAll;
}

/** A pause of a pool's failover. */
export interface PoolPause {
  readonly pool: string;
  /** Milliseconds since the Unix epoch, by the ledger's clock. */
  readonly until: number;
  readonly why: string;
  /** Nodes that were lost. */
  readonly lost: number;
}

/** Whether so many lost nodes of a pool of that size are a storm. */
export function isStorm(
  lost: number,
  poolSize: number,
  { share, leastNodes }: Pick<StormPolicy, 'share' | 'leastNodes'>,
): boolean {
  return lost >= leastNodes && lost > share * poolSize;
}

/** The pause that a storm brings, with the reason in words. */
export function stormPause(
  { pool, lost, poolSize }: { pool: string; lost: number; poolSize: number },
  until: number,
  { windowMs }: Pick<StormPolicy, 'windowMs'>,
): PoolPause {
  const time = new Date(until).toISOString().slice('2026-01-01T'.length, -'.000Z'.length);
  const losses = `${lost} of ${poolSize} nodes were lost within ${windowMs / 1000} s`;
  return { pool, until, why: `failover of pool ${pool} pauses until ${time} UTC: ${losses}`, lost };
}
