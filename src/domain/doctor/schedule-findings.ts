import { counted } from '../counted.ts';
import { formatLength } from '../length.ts';
import type { Finding } from './finding.ts';
import { ok, problem, warning } from './finding.ts';

/** Where a schedule stands. */
export interface ScheduleFacts {
  readonly name: string;
  readonly isPaused: boolean;
  /** How long its next tick is overdue. */
  readonly overdueMs: number;
  /** Why the last tick left it out. */
  readonly trouble: string | undefined;
  /** Plans that are due and were not started. */
  readonly planned: number;
  /** Runs that are open for longer than one may take. */
  readonly runningStale: number;
}

/** Every orchestrator looks each 30 s for what is due and had no alarm. */
const BEHIND_MS = 90_000;

/** Which schedules are behind, paused or in trouble. */
export function scheduleFindings(schedules: readonly ScheduleFacts[]): Finding[] {
  const found = schedules.flatMap((schedule) => [
    ...behind(schedule),
    ...trouble(schedule),
    ...stale(schedule),
  ]);
  const paused = schedules.filter(({ isPaused }) => isPaused).map(({ name }) => name);
  const pauses = paused.length === 0 ? '' : `; paused: ${paused.join(', ')}`;
  if (found.length > 0) return found;
  return [
    ok('schedules.behind', `${counted(schedules.length, 'schedule')}, none is behind${pauses}`),
  ];
}

function behind({ name, isPaused, overdueMs, planned }: ScheduleFacts): Finding[] {
  if (isPaused || overdueMs < BEHIND_MS) return [];
  const waits = planned === 0 ? '' : `, and ${planned} of its times wait to be started`;
  return [
    problem(
      'schedules.behind',
      `schedule ${name} is behind: its tick is overdue by ${formatLength(overdueMs)}${waits}`,
      `\`holdfast schedules show ${name}\`; orchestrators tick: is one alive?`,
    ),
  ];
}

function trouble({ name, trouble }: ScheduleFacts): Finding[] {
  if (trouble === undefined) return [];
  const what = `the last tick left schedule ${name} out: ${trouble}`;
  return [problem('schedules.trouble', what, `\`holdfast schedules show ${name}\``)];
}

function stale({ name, runningStale }: ScheduleFacts): Finding[] {
  if (runningStale === 0) return [];
  return [
    warning(
      'schedules.stale',
      `${counted(runningStale, 'run')} of schedule ${name} open for longer than one may take`,
      `\`holdfast schedules history ${name} --state RUNNING\``,
    ),
  ];
}
