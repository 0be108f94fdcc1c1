import type { Asked } from './planning.ts';

/** A case of the reference, with what each mode answers: times that run, and times that are skipped. */
export interface PlanCase {
  /** Its number in the list of cases. */
  readonly case: string;
  readonly spec: object;
  readonly now: string;
  /** The latest plan on record; native mode has decided up to its time. */
  readonly latest?: Asked['latest'];
  readonly multica: readonly string[];
  /** The same as `multica` unless given; a text is the error that refuses the definition. */
  readonly native?: readonly string[] | string;
  /** Times that native mode skips, with the reason. */
  readonly skipped?: readonly string[];
  /** More than a hundred of them in a row. */
  readonly ranges?: readonly string[];
  readonly more?: boolean;
}

/** Cases that only a running system can show: `docs/conformance.md` tells where each is. */
export const skip = [21, ...Array.from({ length: 10 }, (_, index) => 32 + index), 48];

const DAY = '2026-06-03T';

function at(...times: string[]): string[] {
  return times.map((time) => `${DAY}${time}:00Z`);
}

function each(spec: object): object {
  return { every: '5m', catchUp: 'every_plan', window: '24h', maxPlansPerTick: 4, ...spec };
}

function newest(spec: object): object {
  return { ...each(spec), catchUp: 'latest_only' };
}

type State = NonNullable<Asked['latest']>['state'];

function plan(state: State, time: string, more: object = {}): NonNullable<Asked['latest']> {
  return { state, time: time.includes('T') ? time : `${DAY}${time}:00Z`, ...more };
}

function outside(...times: string[]): string[] {
  return at(...times).map((time) => `${time} outside_window`);
}

/** Every five minutes, both ends included. */
function fives(from: string, to: string): string[] {
  const minutes = Array.from({ length: 288 }, (_, index) => index * 5);
  const two = (part: number): string => String(part).padStart(2, '0');
  return minutes
    .map((minute) => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`)
    .filter((time) => time >= from && time <= to);
}

function failedAt12(nextRetryAt?: string): NonNullable<Asked['latest']> {
  return plan(
    'FAILED',
    '12:00',
    nextRetryAt === undefined ? {} : { nextRetryAt: `${DAY}${nextRetryAt}:00Z` },
  );
}

const OFFERED: PlanCase[] = [
  { case: '1', spec: newest({}), now: `${DAY}08:15:00Z`, multica: at('08:15') },
  { case: '2', spec: newest({}), now: `${DAY}08:17:42Z`, multica: at('08:15') },
  { case: '3', spec: newest({}), now: `${DAY}17:17:42+09:00`, multica: at('08:15') },
  {
    case: '4',
    spec: newest({ every: '7m' }),
    now: `${DAY}08:17:42Z`,
    multica: at('08:14'),
    native: at('08:15'),
  },
  {
    case: '5',
    spec: newest({ every: '7d', window: '7d' }),
    now: `${DAY}08:17:42Z`,
    multica: ['2026-06-01T00:00:00Z'],
    native: ['2026-05-28T00:00:00Z'],
  },
  { case: '6', spec: newest({ delay: '5m' }), now: `${DAY}12:04:59Z`, multica: at('11:55') },
  { case: '7', spec: newest({ delay: '5m' }), now: `${DAY}12:05:00Z`, multica: at('12:00') },
  {
    case: '8',
    spec: newest({ every: '1h', window: '10m' }),
    now: `${DAY}12:30:00Z`,
    multica: at('12:00'),
    native: [],
    skipped: outside('12:00'),
  },
  {
    case: '9',
    spec: newest({}),
    now: `${DAY}12:02:00Z`,
    latest: plan('SUCCESS', '2026-06-01T00:00:00Z'),
    multica: at('12:00'),
    ranges: [
      '2026-06-01T00:05:00Z..2026-06-02T12:00:00Z 432 outside_window',
      '2026-06-02T12:05:00Z..2026-06-03T11:55:00Z 287 superseded',
    ],
  },
  {
    case: '10',
    spec: newest({}),
    now: `${DAY}12:02:00Z`,
    latest: plan('SUCCESS', '12:00'),
    multica: at('12:00'),
    native: [],
  },
  { case: '11', spec: each({ window: '1h' }), now: `${DAY}12:02:00Z`, multica: at('12:00') },
  {
    case: '12',
    spec: each({ window: '1h' }),
    now: `${DAY}12:02:00Z`,
    latest: plan('SUCCESS', '11:45'),
    multica: at('11:50', '11:55', '12:00'),
  },
  {
    case: '13, first tick',
    spec: each({}),
    now: `${DAY}12:02:00Z`,
    latest: plan('SUCCESS', '11:00'),
    multica: at('11:05', '11:10', '11:15', '11:20'),
    more: true,
  },
  {
    case: '13, second tick',
    spec: each({}),
    now: `${DAY}12:02:30Z`,
    latest: plan('SUCCESS', '11:20'),
    multica: at('11:25', '11:30', '11:35', '11:40'),
    more: true,
  },
];

const WINDOWS: PlanCase[] = [
  {
    case: '14',
    spec: each({ window: '15m' }),
    now: `${DAY}12:02:00Z`,
    latest: plan('SUCCESS', '08:00'),
    multica: at('11:50', '11:55', '12:00'),
    skipped: outside(...fives('08:05', '11:45')),
  },
  {
    case: '15',
    spec: each({ window: '15m' }),
    now: `${DAY}12:00:00Z`,
    latest: plan('SUCCESS', '08:00'),
    multica: at('11:45', '11:50', '11:55', '12:00'),
    skipped: outside(...fives('08:05', '11:40')),
  },
  {
    case: '16',
    spec: each({ window: '0s' }),
    now: `${DAY}12:02:00Z`,
    latest: plan('SUCCESS', '08:00'),
    multica: at('12:00'),
    native: 'spec.window: expected longer than the delay, "0s", got "0s"',
  },
  {
    case: '17, on the hour',
    spec: each({ every: '1h', window: '10m' }),
    now: `${DAY}12:10:00Z`,
    latest: plan('SUCCESS', '08:00'),
    multica: at('12:00'),
    skipped: outside('09:00', '10:00', '11:00'),
  },
  {
    case: '17, too late',
    spec: each({ every: '1h', window: '10m' }),
    now: `${DAY}12:30:00Z`,
    latest: plan('SUCCESS', '08:00'),
    multica: [],
    skipped: outside('09:00', '10:00', '11:00', '12:00'),
  },
  {
    case: '18',
    spec: each({ delay: '2h', window: '1h' }),
    now: `${DAY}12:00:00Z`,
    multica: [],
    native: 'spec.window: expected longer than the delay, "2h", got "1h"',
  },
  {
    case: '19',
    spec: each({ delay: '5m', window: '15m' }),
    now: `${DAY}12:02:00Z`,
    latest: plan('SUCCESS', '08:00'),
    multica: at('11:50', '11:55'),
    skipped: outside(...fives('08:05', '11:45')),
  },
  {
    case: '20',
    spec: each({}),
    now: `${DAY}12:02:00Z`,
    latest: plan('SUCCESS', '12:00'),
    multica: [],
  },
  {
    case: '22',
    spec: each({ delay: '10m' }),
    now: `${DAY}12:02:00Z`,
    latest: plan('SUCCESS', '12:00'),
    multica: [],
  },
  {
    case: '23',
    spec: each({ every: '10m' }),
    now: `${DAY}12:31:00Z`,
    latest: plan('SUCCESS', '12:05'),
    multica: at('12:15', '12:25'),
    native: at('12:10', '12:20', '12:30'),
  },
];

const RETRIES: PlanCase[] = [
  {
    case: '24',
    spec: each({ every: '1h' }),
    now: `${DAY}12:20:00Z`,
    latest: failedAt12('12:19'),
    multica: at('12:00'),
    native: [],
  },
  {
    case: '25',
    spec: each({ every: '1h' }),
    now: `${DAY}12:20:00Z`,
    latest: failedAt12('12:20'),
    multica: at('12:00'),
    native: [],
  },
  {
    case: '26',
    spec: each({ every: '1h' }),
    now: `${DAY}12:20:00Z`,
    latest: failedAt12('12:21'),
    multica: [],
  },
  {
    case: '27',
    spec: each({ every: '1h' }),
    now: `${DAY}13:00:00Z`,
    latest: failedAt12('13:05'),
    multica: at('13:00'),
  },
  {
    case: '28',
    spec: each({}),
    now: `${DAY}12:11:00Z`,
    latest: failedAt12('12:01'),
    multica: at('12:00', '12:05', '12:10'),
    native: at('12:05', '12:10'),
  },
  {
    case: '29',
    spec: each({}),
    now: `${DAY}12:11:00Z`,
    latest: { ...failedAt12(), attempt: 3 },
    multica: at('12:05', '12:10'),
  },
  {
    case: '30',
    spec: each({}),
    now: `${DAY}12:02:00Z`,
    latest: failedAt12(),
    multica: at('12:00'),
    native: [],
  },
  {
    case: '31',
    spec: each({ window: '15m' }),
    now: `${DAY}12:30:00Z`,
    latest: failedAt12(),
    multica: at('12:15', '12:20', '12:25', '12:30'),
    skipped: outside('12:05', '12:10'),
  },
];

/** Every case that planning can show, in both modes. */
export const PLAN_CASES: readonly PlanCase[] = [...OFFERED, ...WINDOWS, ...RETRIES];
