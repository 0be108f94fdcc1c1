import type { Stretch } from '../domain/occurrences.ts';
import { createDayTest, DAY_MS } from './calendar-day.ts';
import type { CronExpression } from './cron-expression.ts';

const MINUTE_MS = 60_000;

/** The times of a cron expression on a clock that nobody sets; numbers as if that clock were UTC. */
export class WallTimes {
  readonly #isDay: (day: number) => boolean;
  /** Milliseconds after midnight, in order. */
  readonly #timesOfDay: readonly number[];

  constructor({ minutes, hours, days }: CronExpression) {
    this.#isDay = createDayTest(days);
    this.#timesOfDay = hours.flatMap((hour) =>
      minutes.map((minute) => (hour * 60 + minute) * MINUTE_MS),
    );
  }

  /** True when some time from `from` up to but not including `to` fits. */
  hasAny(from: number, to: number): boolean {
    return this.between(from, to, 0).next().done !== true;
  }

  /**
   * The times from `from` up to but not including `to`, a stretch for each day: each day is looked at
   * once, however many times it has.
   *
   * @param offsetMs how far that clock is ahead of UTC; the stretches are in UTC
   */
  *between(from: number, to: number, offsetMs: number): Generator<Stretch> {
    const lastDay = Math.ceil(to / DAY_MS) - 1;
    const count = this.#timesOfDay.length;
    for (let day = Math.floor(from / DAY_MS); day <= lastDay; day++) {
      if (!this.#isDay(day)) continue;
      const midnight = day * DAY_MS;
      const start = midnight >= from ? 0 : this.#countBefore(from - midnight);
      const end = midnight + DAY_MS <= to ? count : this.#countBefore(to - midnight);
      if (start < end) yield this.#stretch(midnight - offsetMs, start, end);
    }
  }

  #stretch(midnight: number, start: number, end: number): Stretch {
    const timesOfDay = this.#timesOfDay;
    const timeAt = (index: number): number => midnight + (timesOfDay[index] ?? NaN);
    return {
      first: timeAt(start),
      last: timeAt(end - 1),
      count: end - start,
      isGap: false,
      times: function* () {
        for (let index = start; index < end; index++) yield timeAt(index);
      },
    };
  }

  /** How many times of a day are earlier than one. */
  #countBefore(timeOfDay: number): number {
    const index = this.#timesOfDay.findIndex((time) => time >= timeOfDay);
    return index < 0 ? this.#timesOfDay.length : index;
  }
}
