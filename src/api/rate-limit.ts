/** How fast callers may call. */
export interface RateLimit {
  /** Requests a second for each caller, over time; 0: no limit. */
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Callers that are remembered; one that was forgotten begins with a full bucket. */
const MOST_CALLERS = 10_000;
/** How many seconds' worth may come at once. */
const BURST_SECONDS = 2;

/**
 * Counts the requests of callers, in this process.
 *
 * @returns how many seconds a caller has to wait, 0 when it need not; a request that waits is not counted
 */
export function createRateLimit(
  { perSecond }: RateLimit,
  now: () => number = () => performance.now(),
): (caller: string) => number {
  const buckets = new Map<string, Bucket>();
  const size = perSecond * BURST_SECONDS;
  return (caller) => {
    if (perSecond === 0) return 0;
    const at = now();
    const bucket = buckets.get(caller) ?? { tokens: size, filledAt: at };
    const tokens = Math.min(size, bucket.tokens + ((at - bucket.filledAt) / 1000) * perSecond);
    const isFree = tokens >= 1;
    // The one that called last stands last: the first is the one to forget.
    buckets.delete(caller);
    buckets.set(caller, { tokens: isFree ? tokens - 1 : tokens, filledAt: at });
    if (buckets.size > MOST_CALLERS) buckets.delete(buckets.keys().next().value!);
    return isFree ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  };
}
