import { HoldfastError } from '../domain/errors.ts';
import { ANYBODY } from './authenticate.ts';

/** Streams at once in one process: each asks the servers again and again. */
const MOST_STREAMS = 500;
/** So that one caller leaves some to the others. Where access is off, nobody is told from another. */
const MOST_OF_ONE = MOST_STREAMS / 2;

/**
 * Counts the open streams of this process.
 *
 * @returns opens a stream of a caller, and answers what closes it; throws HoldfastError `rate_limited`
 *   when too many are open
 */
export function createStreamLimit(): (who: string) => () => void {
  const open = new Map<string, number>();
  let all = 0;
  const add = (who: string, change: 1 | -1): void => {
    const count = (open.get(who) ?? 0) + change;
    if (count === 0) open.delete(who);
    else open.set(who, count);
    all += change;
  };
  return (who) => {
    if (all >= MOST_STREAMS) throw tooMany(`${MOST_STREAMS} streams are open already`);
    if (who !== ANYBODY.who && (open.get(who) ?? 0) >= MOST_OF_ONE) {
      throw tooMany(`${MOST_OF_ONE} streams of this caller are open already`);
    }
    add(who, 1);
    return () => add(who, -1);
  };
}

function tooMany(message: string): HoldfastError {
  return new HoldfastError('rate_limited', message, {
    hint: 'close one, or ask another `holdfast api`',
  });
}
