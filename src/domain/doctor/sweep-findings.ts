import { formatLength } from '../length.ts';
import type { SweepReport } from '../sweep.ts';
import { SWEEP_STRATEGIES, totalRecovered } from '../sweep.ts';
import type { Finding } from './finding.ts';
import { ok, problem, unknown, warning } from './finding.ts';

/** What is known of the sweeps. */
export interface SweepFacts {
  /** The namespace, with its id, whose jobs the ledger has; undefined: none has swept it yet. */
  readonly owner: string | undefined;
  /** The namespace that was asked about; undefined: Temporal did not tell. */
  readonly namespace: string | undefined;
  /** The schedule that sweeps; undefined: Temporal did not tell. */
  readonly schedule:
    'missing' | { readonly isPaused: boolean; readonly everyMs: number | undefined } | undefined;
  /** The sweep that ended last; undefined: Temporal knows of none. */
  readonly last: LastSweep | undefined;
}

/** How the last sweep ended. */
export interface LastSweep {
  readonly agoMs: number;
  /** Undefined: it failed. */
  readonly report: SweepReport | undefined;
}

/** More recoveries than this in one sweep deserve a look. */
const MANY = 10;
/** A sweep that takes longer than its interval delays the next. */
const INTERVALS_LATE = 5;
const DEFAULT_EVERY_MS = 60_000;

/** Whether ledger and Temporal are compared, and what the last comparison came to. */
export function sweepFindings(facts: SweepFacts): Finding[] {
  const { owner, namespace } = facts;
  if (owner !== undefined && namespace !== undefined && owner !== namespace) {
    return [
      problem(
        'sweep.namespace',
        `the ledger has the jobs of namespace ${owner}, and this is ${namespace}`,
        'check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and DATABASE_URL; if that namespace is gone for good: `holdfast sweep --adopt`',
        'ledger_of_other_namespace',
      ),
    ];
  }
  if (facts.schedule === undefined)
    return [unknown('sweep.last', 'Temporal did not tell of the last sweep')];
  return [scheduled(facts.schedule), last(facts)];
}

function scheduled(schedule: NonNullable<SweepFacts['schedule']>): Finding {
  const check = 'sweep.schedule';
  if (schedule === 'missing') {
    const todo = 'start an orchestrator: `holdfast orchestrator` creates its schedule';
    return warning(check, 'nothing sweeps: the schedule holdfast-sweep is not there', todo);
  }
  if (schedule.isPaused) {
    const todo =
      'temporal schedule toggle --unpause --schedule-id holdfast-sweep; until then `holdfast sweep`';
    return warning(check, 'nothing sweeps: the schedule holdfast-sweep is paused', todo);
  }
  return ok(check, `a sweep runs every ${formatLength(schedule.everyMs ?? DEFAULT_EVERY_MS)}`);
}

function last({ schedule, last }: SweepFacts): Finding {
  const check = 'sweep.last';
  const now = '`holdfast sweep --dry-run` shows what differs now';
  if (last === undefined) return warning(check, 'no sweep has ended yet', now);
  const ago = formatLength(last.agoMs);
  const everyMs = (typeof schedule === 'object' && schedule.everyMs) || DEFAULT_EVERY_MS;
  if (last.report === undefined) {
    return warning(
      check,
      `the last sweep, ${ago} ago, failed`,
      `see the logs of the orchestrators; ${now}`,
    );
  }
  if (last.agoMs > INTERVALS_LATE * everyMs) {
    return warning(check, `the last sweep ended ${ago} ago`, `is an orchestrator alive? ${now}`);
  }
  const recovered = totalRecovered(last.report);
  const what = `the last sweep, ${ago} ago, recovered ${recovered === 0 ? 'nothing' : partsOf(last.report)}`;
  if (recovered <= MANY) return ok(check, what);
  return warning(
    check,
    what,
    'see what was repaired and why: `sweep.recovered` in the logs of the orchestrators',
  );
}

function partsOf(report: SweepReport): string {
  return SWEEP_STRATEGIES.filter((strategy) => report[strategy].recovered > 0)
    .map((strategy) => `${report[strategy].recovered} (${strategy})`)
    .join(', ');
}
