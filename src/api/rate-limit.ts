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

/** Counts the requests of callers. */
interface RateLimiter {
  /**
   * Counts a request.
   *
   * @returns how many seconds its caller has to wait, 0 when it need not; one that waits is not counted
   */
  readonly take: (caller: string) => number;
  /** Forgets one request that was counted. */
  readonly giveBack: (caller: string) => void;
}

/** A {@link RateLimiter} of this process. */
export function createRateLimit(
  { perSecond }: RateLimit,
  now: () => number = () => performance.now(),
): RateLimiter {
  const buckets = new Map<string, Bucket>();
  const size = perSecond * BURST_SECONDS;
  const take = (caller: string): number => {
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
  const giveBack = (caller: string): void => {
    const bucket = buckets.get(caller);
    if (bucket !== undefined) bucket.tokens = Math.min(size, bucket.tokens + 1);
  };
  return { take, giveBack };
}
