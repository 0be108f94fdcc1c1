import { invalid } from '../domain/errors.ts';

/** A moment from which on the clocks of a zone are set differently. Milliseconds, ahead of UTC. */
export interface ClockChange {
  readonly at: number;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** A stretch of time in which the clocks of a zone are set alike. */
export interface ZoneSegment {
  readonly from: number;
  /** Not part of it. */
  readonly to: number;
  readonly offsetMs: number;
  /** The change that it began with, when that is not long ago. */
  readonly change: ClockChange | undefined;
}

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

// The calendar, weekdays included, repeats after 400 years, and so do the rules of a zone.
const CYCLE_YEARS = 400;
const CYCLE_MS = 146_097 * DAY_MS;
// Before this year no zone had changed its clocks.
const FIRST_YEAR = 1800;
// Tables that name single years, such as those of Ramadan, end before the year 2100.
const LAST_YEAR = 2499;

// The day line was crossed at most: a whole day was shown twice.
const LONGEST_OVERLAP_MS = 2 * DAY_MS;

/** The clocks of one time zone, from the tables of the runtime. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat;
  readonly #changes = new Map<number, readonly ClockChange[]>();

  /** @throws RangeError when the runtime knows no such zone */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** The segments of the time from `from` up to but not including `to`, in order. */
  *segments(from: number, to: number): Generator<ZoneSegment> {
    if (from >= to) return;
    let segment = {
      from,
      offsetMs: this.#offsetAt(from),
      change: undefined as ClockChange | undefined,
    };
    for (const change of this.#changesBetween(from - LONGEST_OVERLAP_MS, to)) {
      if (change.at > from) yield { ...segment, to: change.at };
      segment = { from: Math.max(change.at, from), offsetMs: change.afterMs, change };
    }
    yield { ...segment, to };
  }

  *#changesBetween(from: number, to: number): Generator<ClockChange> {
    const lastYear = yearOf(to);
    for (let year = Math.max(yearOf(from), FIRST_YEAR); year <= lastYear; year++) {
      for (const change of this.#changesOf(year)) {
        if (change.at >= from && change.at < to) yield change;
      }
    }
  }

  #changesOf(year: number): readonly ClockChange[] {
    const cycles = cyclesAfter(year);
    const shownYear = year - cycles * CYCLE_YEARS;
    let changes = this.#changes.get(shownYear);
    if (changes === undefined) {
      changes = this.#findChanges(shownYear);
      this.#changes.set(shownYear, changes);
    }
    if (cycles === 0) return changes;
    return changes.map(({ at, ...change }) => ({ ...change, at: at + cycles * CYCLE_MS }));
  }

  #findChanges(year: number): readonly ClockChange[] {
    const found: ClockChange[] = [];
    const end = Date.UTC(year + 1, 0, 1);
    let time = Date.UTC(year, 0, 1);
    let offsetMs = this.#readOffset(time);
    // Day by day: a change for a few days only is not missed.
    while (time < end) {
      const next = time + DAY_MS;
      const nextMs = this.#readOffset(next);
      while (offsetMs !== nextMs) {
        const at = this.#firstOtherOffset(time, next, offsetMs);
        const afterMs = this.#readOffset(at);
        found.push({ at, beforeMs: offsetMs, afterMs });
        [time, offsetMs] = [at, afterMs];
      }
      time = next;
    }
    return found;
  }

  /** The second of a change, which is known to lie after `before` and not after `by`. */
  #firstOtherOffset(before: number, by: number, offsetMs: number): number {
    let [low, high] = [before, by];
    while (high - low > SECOND_MS) {
      const middle = low + Math.floor((high - low) / 2 / SECOND_MS) * SECOND_MS;
      if (this.#readOffset(middle) === offsetMs) low = middle;
      else high = middle;
    }
    return high;
  }

  #offsetAt(time: number): number {
    const year = yearOf(time);
    if (year < FIRST_YEAR) return this.#readOffset(Date.UTC(FIRST_YEAR, 0, 1));
    return this.#readOffset(time - cyclesAfter(year) * CYCLE_MS);
  }

  #readOffset(time: number): number {
    const parts = this.#format.format(time).match(/\d+/g) ?? [];
    const [month = 0, day, year = 0, hour, minute, second] = parts.map(Number);
    const wall = Date.UTC(year, month - 1, day, hour, minute, second);
    return wall - Math.floor(time / SECOND_MS) * SECOND_MS;
  }
}

const zones = new Map<string, TimeZone>();

/**
 * A time zone by its IANA name.
 *
 * @throws HoldfastError `invalid_input` when the runtime knows no such zone
 */
export function findTimeZone(name: string, path: string): TimeZone {
  // The runtime takes any case: without this, the cases of a name would fill the memory.
  const key = name.toLowerCase();
  const known = zones.get(key);
  if (known !== undefined) return known;
  const zone = /^[A-Za-z]/.test(name) ? openTimeZone(name) : undefined;
  if (zone === undefined) {
    throw invalid(path, 'a time zone such as "UTC" or "Europe/London"', name);
  }
  zones.set(key, zone);
  return zone;
}

function openTimeZone(name: string): TimeZone | undefined {
  try {
    return new TimeZone(name);
  } catch {
    return undefined;
  }
}

function yearOf(time: number): number {
  return new Date(time).getUTCFullYear();
}

function cyclesAfter(year: number): number {
  return Math.max(0, Math.ceil((year - LAST_YEAR) / CYCLE_YEARS));
}
