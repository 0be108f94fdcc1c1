import type { PlanCase } from './plan-cases.ts';

function cron(expression: string, timezone = 'UTC', more: object = {}): object {
  return {
    cron: expression,
    timezone,
    catchUp: 'every_plan',
    window: '90d',
    maxPlansPerTick: 50,
    ...more,
  };
}

function since(time: string): NonNullable<PlanCase['latest']> {
  return { state: 'SUCCESS', time };
}

/** How late a trigger of the reference may fire. */
const FIVE_MINUTES = { window: '5m', maxPlansPerTick: 1 };

/** The cases of its triggers, of which the last time alone runs, and only when it is not late. */
const TRIGGERS: readonly PlanCase[] = [
  {
    case: '42',
    spec: cron('0 17 * * 1-5', 'UTC', FIVE_MINUTES),
    latest: since('2026-06-22T17:00:00Z'),
    now: '2026-06-23T12:00:00Z',
    multica: [],
  },
  {
    case: '43',
    spec: cron('0 12 * * *', 'UTC', FIVE_MINUTES),
    now: '2026-06-23T12:05:00Z',
    multica: ['2026-06-23T12:00:00Z'],
  },
  {
    case: '43, too late',
    spec: cron('0 12 * * *', 'UTC', FIVE_MINUTES),
    now: '2026-06-23T12:05:01Z',
    multica: [],
    skipped: ['2026-06-23T12:00:00Z outside_window'],
  },
  {
    case: '44',
    spec: cron('7 9 * * *', 'UTC', FIVE_MINUTES),
    now: '2026-07-04T13:04:27Z',
    multica: [],
    skipped: ['2026-07-04T09:07:00Z outside_window'],
  },
  {
    case: '45',
    spec: cron('*/5 * * * *', 'UTC', FIVE_MINUTES),
    now: '2026-06-03T12:02:00Z',
    multica: ['2026-06-03T12:00:00Z'],
  },
  {
    case: '46',
    spec: cron('* * * * *', 'UTC', { catchUp: 'latest_only' }),
    latest: since('2026-06-22T18:00:00Z'),
    now: '2026-06-23T12:00:30Z',
    multica: ['2026-06-23T12:00:00Z'],
    ranges: ['2026-06-22T18:01:00Z..2026-06-23T11:59:00Z 1079 superseded'],
  },
];

/** The cases of cron expressions, most of them as a tick of `every_plan` that goes on from a time. */
export const CRON_CASES: readonly PlanCase[] = [
  ...TRIGGERS,
  {
    case: '49',
    spec: cron('0 9 * * MON-FRI', 'Asia/Shanghai'),
    latest: since('2026-06-21T00:00:00Z'),
    now: '2026-06-24T01:00:00Z',
    multica: ['2026-06-22T01:00:00Z', '2026-06-23T01:00:00Z', '2026-06-24T01:00:00Z'],
  },
  {
    case: '50',
    spec: cron('*/5 * * * *'),
    latest: since('2026-06-03T12:00:00Z'),
    now: '2026-06-03T12:10:00Z',
    multica: ['2026-06-03T12:05:00Z', '2026-06-03T12:10:00Z'],
  },
  {
    case: '50, after > until',
    spec: cron('*/5 * * * *'),
    latest: since('2026-06-03T12:10:00Z'),
    now: '2026-06-03T12:00:00Z',
    multica: [],
  },
  ...['2026-06-26T07:58:30Z', '2026-06-26T07:59:59Z', '2026-06-26T08:00:05Z'].map(
    (now): PlanCase => ({
      case: `51 at ${now}`,
      spec: cron('0 * * * *', 'America/New_York'),
      latest: since('2026-06-26T07:00:00Z'),
      now,
      multica: now > '2026-06-26T08' ? ['2026-06-26T08:00:00Z'] : [],
    }),
  ),
  {
    case: '52',
    spec: cron('CRON_TZ=Asia/Tokyo 0 9 * * *'),
    latest: since('2026-07-14T00:00:00Z'),
    now: '2026-07-15T23:00:00Z',
    multica: ['2026-07-15T00:00:00Z'],
  },
  {
    case: '53',
    spec: cron('30 2 * * *', 'America/New_York'),
    latest: since('2026-03-07T00:00:00Z'),
    now: '2026-03-09T12:00:00Z',
    multica: ['2026-03-07T07:30:00Z', '2026-03-09T06:30:00Z'],
    native: ['2026-03-07T07:30:00Z', '2026-03-08T07:00:00Z', '2026-03-09T06:30:00Z'],
  },
  {
    case: '53, gap skip',
    spec: cron('30 2 * * *', 'America/New_York', { dst: { gap: 'skip' } }),
    latest: since('2026-03-07T00:00:00Z'),
    now: '2026-03-09T12:00:00Z',
    multica: ['2026-03-07T07:30:00Z', '2026-03-09T06:30:00Z'],
    skipped: ['2026-03-08T07:00:00Z dst_gap'],
  },
  {
    case: '54',
    spec: cron('30 1 * * *', 'America/New_York'),
    latest: since('2026-11-01T00:00:00Z'),
    now: '2026-11-01T12:00:00Z',
    multica: ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z'],
    native: ['2026-11-01T05:30:00Z'],
  },
  {
    case: '54, overlap both',
    spec: cron('30 1 * * *', 'America/New_York', { dst: { overlap: 'both' } }),
    latest: since('2026-11-01T00:00:00Z'),
    now: '2026-11-01T12:00:00Z',
    multica: ['2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z'],
  },
  {
    case: '55, gap',
    spec: cron('0 * * * *', 'America/New_York'),
    latest: since('2026-03-08T05:00:00Z'),
    now: '2026-03-08T09:00:00Z',
    multica: ['06', '07', '08', '09'].map((hour) => `2026-03-08T${hour}:00:00Z`),
  },
  {
    case: '55, overlap',
    spec: cron('0 * * * *', 'America/New_York'),
    latest: since('2026-11-01T04:00:00Z'),
    now: '2026-11-01T08:00:00Z',
    multica: ['05', '06', '07', '08'].map((hour) => `2026-11-01T${hour}:00:00Z`),
  },
  {
    case: '56',
    spec: cron('45 1 * * *', 'Australia/Lord_Howe'),
    latest: since('2026-04-04T00:00:00Z'),
    now: '2026-04-05T00:00:00Z',
    multica: ['2026-04-04T14:45:00Z', '2026-04-04T15:15:00Z'],
    native: ['2026-04-04T14:45:00Z'],
  },
  {
    case: '57',
    spec: cron('0 0 13 * 5'),
    latest: since('2026-06-01T00:00:00Z'),
    now: '2026-06-30T00:00:00Z',
    multica: ['05', '12', '13', '19', '26'].map((day) => `2026-06-${day}T00:00:00Z`),
  },
];
