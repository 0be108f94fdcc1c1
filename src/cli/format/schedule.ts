import type { PreviewedTime } from '../../client/schedules/preview.ts';
import type { HoldfastClient } from '../../client/connect.ts';
import { formatIsoTime } from '../../domain/iso-time.ts';
import { formatValue } from './applied-schedules.ts';
import { formatFields, formatTable, shorten } from './table.ts';
import { formatSpan, formatTime, formatTimeAndAge } from './time.ts';

type Schedules = HoldfastClient['schedules'];
type Stored = Awaited<ReturnType<Schedules['get']>>;
type Revision = Awaited<ReturnType<Schedules['revisions']>>[number];
type Plan = Awaited<ReturnType<Schedules['history']>>['plans'][number];

/** Schedules as a table. */
export function formatScheduleList(schedules: readonly Stored[]): string[] {
  return formatTable(
    ['NAME', 'KIND', 'WHEN', 'STATE', 'REVISION', 'NEXT DUE', 'LAST TICK', 'TROUBLE'],
    schedules.map((schedule) => [
      schedule.name,
      textOf(schedule.document['kind']),
      whenOf(schedule),
      schedule.paused === undefined ? 'active' : 'paused',
      String(schedule.revision),
      formatTime(schedule.nextDueAt),
      formatTime(schedule.tickedAt),
      shorten(schedule.trouble ?? '-', 60),
    ]),
  );
}

/** A schedule with all that is known of it, for people. */
export function formatSchedule(schedule: Stored, now: Date): string[] {
  const { document, paused, resumes, nextDueAt, tickedAt } = schedule;
  const { name, ...fields } = document;
  const texts = Object.entries(fields).map(([field, value]) => [field, textOf(value)]);
  return formatFields({
    schedule: name,
    revision: String(schedule.revision),
    state: paused === undefined ? 'active' : 'paused',
    ...(paused && {
      'paused since': formatTimeAndAge(paused.at, now),
      'paused by': paused.by,
      'paused for': paused.reason,
    }),
    ...(resumes && { 'after the pause': resumes.policy }),
    created: formatTimeAndAge(schedule.createdAt, now),
    'next due': nextDueAt && formatTimeAndAge(nextDueAt, now),
    'last tick': tickedAt && formatTimeAndAge(tickedAt, now),
    trouble: schedule.trouble,
    ...(Object.fromEntries(texts) as Record<string, string>),
  });
}

/** Revisions as a table, a line for each field that was changed. */
export function formatRevisions(revisions: readonly Revision[]): string[] {
  return formatTable(
    ['REVISION', 'AT', 'BY', 'HOW', 'CHANGES'],
    revisions.flatMap(({ revision, at, by, how, document, changes }) => {
      const texts = document === undefined ? ['removed'] : changes.map(changeText);
      return (texts.length === 0 ? ['-'] : texts).map((text, index) =>
        index === 0 ? [String(revision), formatTime(at), by, how, text] : ['', '', '', '', text],
      );
    }),
  );
}

function changeText({ field, from, to }: Revision['changes'][number]): string {
  return from === undefined
    ? `${field}: ${formatValue(to)}`
    : `${field}: ${formatValue(from)} → ${formatValue(to)}`;
}

/** Plans as a table, a line for each, and one for each range of skipped times. */
export function formatPlans(plans: readonly Plan[]): string[] {
  return formatTable(
    ['TIME', 'SCOPE', 'STATE', 'REASON', 'ATTEMPTS', 'NODE', 'STARTED', 'TOOK', 'ROWS'],
    plans.map((plan) => {
      const last = plan.attempts.at(-1);
      return [
        timeOf(plan),
        plan.scope,
        plan.state,
        shorten(plan.reason ?? last?.code ?? plan.error?.code ?? '-', 40),
        plan.attempts.length === 0 ? '-' : String(plan.attempts.length),
        last?.node ?? '-',
        formatTime(plan.startedAt),
        formatSpan(last?.startedAt, last?.endedAt),
        last?.rowsAffected === undefined ? '-' : String(last.rowsAffected),
      ];
    }),
  );
}

/** Times to come as a table. */
export function formatPreview(times: readonly PreviewedTime[]): string[] {
  const marks = {
    skipped: 'skipped: the clock leaps over it',
    'after-gap': 'the clock has just leapt',
    first: 'first of two equal wall times',
    second: 'second of two equal wall times',
  };
  return formatTable(
    ['TIME', 'LOCAL', 'CLOCK CHANGE'],
    times.map(({ time, local, dst }) => [
      formatIsoTime(time.getTime()),
      local,
      dst === undefined ? '' : marks[dst],
    ]),
  );
}

function timeOf({ time, through, count }: Plan): string {
  const first = formatIsoTime(time.getTime());
  if (through === undefined) return first;
  return `${first} to ${formatIsoTime(through.getTime())} (${count})`;
}

function whenOf({ document }: Stored): string {
  const { every, cron, timezone } = document;
  if (typeof every === 'string') return `every ${every}`;
  return [cron, timezone].filter((text) => typeof text === 'string').join(' ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '-');
}
