import { describe, expect, test } from 'vitest';
import { createOccurrences } from '../../src/cron/create-occurrences.ts';
import { resolvePlanSpec } from '../../src/domain/plan-spec.ts';
import type { Stretch } from '../../src/domain/occurrences.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Days on which the clocks of a zone change, in UTC, with a day on either side. */
const DAYS: [zone: string, day: string][] = [
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Europe/London', '2026-03-29'],
  ['Europe/London', '2026-10-25'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Asia/Tehran', '2021-03-22'],
  ['Asia/Tehran', '2021-09-22'],
  ['Pacific/Apia', '2011-12-30'],
  ['Pacific/Apia', '2012-04-01'],
  ['Pacific/Apia', '2012-09-30'],
];

interface Wall {
  readonly at: number;
  readonly hour: number;
  readonly minute: number;
}

/** What a clock shows, minute by minute: all that is believed of time zones here. */
interface Clock {
  readonly shown: readonly (Wall & { readonly isAgain: boolean })[];
  /** Wall times that it never shows, with the first minute that it shows after them. */
  readonly leapt: readonly Wall[];
}

function watch(timeZone: string, from: number, to: number): Clock {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const minutes = Array.from({ length: (to - from) / MINUTE }, (_, index) => {
    const at = from + index * MINUTE;
    // As `2026-03-08 02:30`.
    return { at, text: format.format(at) };
  });
  const seen = new Set<string>();
  const shown = minutes.map(({ at, text }) => {
    const isAgain = seen.has(text);
    seen.add(text);
    return { ...wallOf(at, text), isAgain };
  });
  const leapt = everyText(minutes.at(0)!.text, minutes.at(-1)!.text)
    .filter((missing) => !seen.has(missing))
    .map((missing) => wallOf(minutes.find(({ text }) => text > missing)!.at, missing));
  return { shown, leapt };
}

function wallOf(at: number, text: string): Wall {
  return { at, hour: Number(text.slice(11, 13)), minute: Number(text.slice(14, 16)) };
}

/** Every wall time from the first to the last, as a clock shows it that nobody sets. */
function everyText(first: string, last: string): string[] {
  const texts: string[] = [];
  const end = Date.parse(`${last.replace(' ', 'T')}Z`);
  for (let at = Date.parse(`${first.replace(' ', 'T')}Z`); at <= end; at += MINUTE) {
    texts.push(new Date(at).toISOString().slice(0, 16).replace('T', ' '));
  }
  return texts;
}

type Hours = { readonly text: string; readonly fits: (hour: number) => boolean };
const FIXED: Hours[] = [
  ...Array.from({ length: 24 }, (_, hour) => ({
    text: String(hour),
    fits: (each: number) => each === hour,
  })),
  { text: '0-23', fits: () => true },
  { text: '1,2,3', fits: (each) => each >= 1 && each <= 3 },
];
const WILD: Hours[] = [
  { text: '*', fits: () => true },
  { text: '*/2', fits: (each) => each % 2 === 0 },
  { text: '1-23/2', fits: (each) => each % 2 === 1 },
];
const MINUTES: [text: string, fits: (minute: number) => boolean][] = [
  ['0', (minute) => minute === 0],
  ['30', (minute) => minute === 30],
  ['*/20', (minute) => minute % 20 === 0],
  ['*', () => true],
];

type Rule = { readonly gap: 'run-after' | 'skip'; readonly overlap: 'first' | 'both' };
const RULES: Rule[] = (['run-after', 'skip'] as const).flatMap((gap) =>
  (['first', 'both'] as const).map((overlap) => ({ gap, overlap })),
);

/** The times in order, each as `milliseconds` or, for one that is skipped, `milliseconds gap`. */
function expected(clock: Clock, fits: (wall: Wall) => boolean, rule?: Rule): string[] {
  const isKept = ({ isAgain }: { isAgain: boolean }): boolean =>
    rule?.overlap !== 'first' || !isAgain;
  const kept = clock.shown.filter((wall) => fits(wall) && isKept(wall));
  const times = new Map(kept.map(({ at }) => [at, String(at)]));
  for (const wall of rule === undefined ? [] : clock.leapt) {
    const text = rule?.gap === 'skip' ? `${wall.at} gap` : String(wall.at);
    if (fits(wall) && !times.has(wall.at)) times.set(wall.at, text);
  }
  return [...times].sort(([a], [b]) => a - b).map(([, text]) => text);
}

function told(stretches: Iterable<Stretch>): string[] {
  return [...stretches].flatMap((stretch) => {
    const times = [...stretch.times()];
    const { count, first, last } = stretch;
    expect([times.length, times[0], times.at(-1)]).toEqual([count, first, last]);
    return times.map((time) => (stretch.isGap ? `${time} gap` : String(time)));
  });
}

describe.each(DAYS)('%s around %s', (timezone, day) => {
  const from = Date.parse(`${day}T00:00:00Z`) - DAY;
  const to = from + 3 * DAY;
  const clock = watch(timezone, from, to);
  const occurrencesOf = (cron: string, more: object) =>
    createOccurrences(resolvePlanSpec({ cron, timezone, ...more }, 'spec'), 'spec.');
  const fitting =
    (hours: Hours, isMinute: (minute: number) => boolean) =>
    ({ hour, minute }: Wall): boolean =>
      hours.fits(hour) && isMinute(minute);

  test.each(RULES)('fixed hours, gap $gap, overlap $overlap', (dst) => {
    for (const hours of FIXED) {
      for (const [minutes, isMinute] of MINUTES) {
        const times = occurrencesOf(`${minutes} ${hours.text} * * *`, { dst });
        expect(told(times(from - 1, to - 1)), `${minutes} ${hours.text}`).toEqual(
          expected(clock, fitting(hours, isMinute), dst),
        );
      }
    }
  });

  test('wildcard hours, and all hours with compat multica', () => {
    for (const hours of [...WILD, ...FIXED]) {
      const compat = WILD.includes(hours) ? undefined : 'multica';
      for (const [minutes, isMinute] of MINUTES) {
        const times = occurrencesOf(`${minutes} ${hours.text} * * *`, { compat });
        expect(told(times(from - 1, to - 1)), `${minutes} ${hours.text}`).toEqual(
          expected(clock, fitting(hours, isMinute)),
        );
      }
    }
  });

  test('a range holds what its parts hold, wherever it is parted', () => {
    const times = occurrencesOf('0,30 0-4 * * *', { dst: { gap: 'skip' } });
    const whole = told(times(from, to));
    for (let part = from + MINUTE; part <= to; part += 30 * MINUTE) {
      for (const cut of [part - 1, part]) {
        expect([...told(times(from, cut)), ...told(times(cut, to))]).toEqual(whole);
      }
    }
  });
});
