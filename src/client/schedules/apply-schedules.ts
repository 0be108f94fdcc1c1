import type {
  ApplyRules,
  ApplyStep,
  ConflictPolicy,
  ScheduleFile,
  ScheduleOutcome,
} from '../../domain/apply-schedules.ts';
import { CONFLICT_POLICIES, decideApply } from '../../domain/apply-schedules.ts';
import { checkChoice, checkName } from '../../domain/check.ts';
import { eachAtOnce } from '../../domain/each-at-once.ts';
import { HoldfastError, invalid } from '../../domain/errors.ts';
import { resolveDefinition } from '../../domain/schedule-definition.ts';
import type { ScheduleDocument } from '../../domain/schedule-definition.ts';
import type { ScheduleDeclaration } from '../../handlers/define-schedule.ts';
import type { AppliedStep, ApplyScope, DecideSteps } from '../../ledger/apply-schedules.ts';
import type { Connections } from '../connections.ts';
import { thisPerson } from '../order-node.ts';
import { checkSchedule } from './check-schedule.ts';
import { alarmed, decideBefore, unalarmed } from './put-schedule.ts';

/** The schedules of a file, as `SchedulesClient.apply` takes them. */
export interface ScheduleSource {
  /**
   * What the file is called, 1 to 200 characters: schedules that came from it and are named there no
   * longer may be pruned.
   */
  readonly source: string;
  readonly schedules: readonly (ScheduleDeclaration | ScheduleDocument)[];
}

/** What an apply goes by. */
export interface DiffOptions {
  /** @default 'fail' */
  readonly onConflict?: ConflictPolicy;
  /** Takes out what came from these sources and is named there no longer. @default false */
  readonly prune?: boolean;
}

/** Options of `SchedulesClient.apply`. */
export interface ApplyOptions extends DiffOptions {
  /** Only tells what it would do; conflicts are an error all the same. @default false */
  readonly dryRun?: boolean;
  /** Who does it. @default `<user>@<host>` of this process */
  readonly by?: string;
}

/** What an apply did, or would do. */
export interface AppliedSchedules {
  /** False: nothing was changed. */
  readonly isApplied: boolean;
  /** In the order of the files, then what they name no longer. */
  readonly schedules: readonly ScheduleOutcome[];
  /** What did not work and mends itself: alarms that could not be set. */
  readonly warnings: readonly string[];
}

/** How often a schedule may be created by somebody else just then. */
const MOST_RACES = 5;
/** Alarms that are set at once. */
const ALARMS_AT_ONCE = 8;

/** See `SchedulesClient.diff`. */
export async function diffSchedules(
  { ledger }: Pick<Connections, 'ledger'>,
  sources: readonly ScheduleSource[],
  options: DiffOptions = {},
): Promise<AppliedSchedules> {
  const files = checkSources(sources);
  const situation = await ledger.schedules.applySituation(scopeOf(files));
  return told(decideApply(situation, files, checkRules(options)));
}

/** See `SchedulesClient.apply`. */
export async function applySchedules(
  connections: Connections,
  sources: readonly ScheduleSource[],
  { by = thisPerson(), dryRun = false, ...options }: ApplyOptions = {},
): Promise<AppliedSchedules> {
  const files = checkSources(sources);
  const rules = checkRules(options);
  const scope = scopeOf(files);
  const decide: DecideSteps = (situation) => refuseConflicts(decideApply(situation, files, rules));
  if (dryRun) return told(decide(await connections.ledger.schedules.applySituation(scope)));
  return applySteps(connections, scope, { by, how: howBy('apply'), decide });
}

/** See `SchedulesClient.seed`. */
export async function seedSchedules(
  connections: Connections,
  sources: readonly ScheduleSource[],
  { by = thisPerson() }: Pick<ApplyOptions, 'by'> = {},
): Promise<AppliedSchedules | undefined> {
  const files = checkSources(sources);
  const rules = checkRules({});
  const scope = scopeOf(files);
  const { wasNeverUsed } = await connections.ledger.schedules.applySituation(scope);
  if (!wasNeverUsed) return undefined;
  const applied = await applySteps(connections, scope, {
    ...{ by, how: howBy('seed') },
    decide: (situation) =>
      situation.wasNeverUsed ? refuseConflicts(decideApply(situation, files, rules)) : [],
  });
  return applied.schedules.length === 0 ? undefined : applied;
}

/** How steps are decided, and how they are told in the revisions. */
interface StepsOptions {
  readonly by: string;
  readonly how: (step: ApplyStep) => string;
  readonly decide: DecideSteps;
}

function howBy(word: string): StepsOptions['how'] {
  return ({ outcome }) => `${word} ${outcome?.source}`;
}

/**
 * Does what is decided about several schedules, or nothing of it, and sets their alarms.
 *
 * @throws HoldfastError `schedule_changed` when others create the same schedules again and again
 */
export async function applySteps(
  connections: Connections,
  scope: ApplyScope,
  { by, how, decide }: StepsOptions,
): Promise<AppliedSchedules> {
  const change = { by: checkName(by, 'by'), how, decideBefore };
  for (let races = 0; races < MOST_RACES; races++) {
    const steps = await connections.ledger.schedules.apply(scope, decide, change);
    if (steps === 'raced') continue;
    return { ...told(steps), isApplied: true, warnings: await setAlarms(connections, steps) };
  }
  throw new HoldfastError('schedule_changed', 'schedules were created meanwhile, again and again', {
    hint: 'look who else creates them, and apply again',
  });
}

async function setAlarms(
  connections: Connections,
  steps: readonly AppliedStep[],
): Promise<readonly string[]> {
  const changed = steps.filter(({ write }) => write !== undefined);
  const warnings = await eachAtOnce(changed, ALARMS_AT_ONCE, ({ name, schedule }) =>
    schedule === undefined
      ? unalarmed(connections, name)
      : alarmed(connections, resolveDefinition(schedule.document), schedule),
  );
  return warnings.flat();
}

/** Steps as what an apply did, or would do. */
export function told(steps: readonly (ApplyStep | AppliedStep)[]): AppliedSchedules {
  const schedules = steps.flatMap((step) => {
    if (step.outcome === undefined) return [];
    const written = 'schedule' in step ? (step.schedule?.revision ?? step.removedBy) : undefined;
    return [{ ...step.outcome, revision: written ?? step.outcome.revision }];
  });
  return { isApplied: false, schedules, warnings: [] };
}

/** @throws HoldfastError `schedule_conflict`, with all that an apply would do as its details */
function refuseConflicts(steps: readonly ApplyStep[]): readonly ApplyStep[] {
  const { schedules } = told(steps);
  const inConflict = schedules.filter(({ kind }) => kind === 'conflict');
  if (inConflict.length === 0) return steps;
  const places = inConflict.map(({ name, conflicts }) =>
    [name, conflicts.map(({ field }) => field).join(', ')].join(': '),
  );
  const [first = '', ...others] = places;
  const more = others.length === 0 ? '' : `, and ${others.length} more schedules`;
  throw new HoldfastError(
    'schedule_conflict',
    `file and record have both changed ${first}${more}: nothing was changed`,
    {
      hint: 'change the file or the schedule, or say who wins with --on-conflict: `ours` the file, `theirs` the record',
      details: { schedules },
    },
  );
}

function checkRules({ onConflict = 'fail', prune = false }: DiffOptions): ApplyRules {
  return { onConflict: checkChoice(onConflict, CONFLICT_POLICIES, 'onConflict'), prune };
}

/** Which schedules an apply of files is about. */
export function scopeOf(files: readonly ScheduleFile[]): ApplyScope {
  return {
    names: files.flatMap(({ schedules }) => schedules.map(({ name }) => name)),
    sources: files.map(({ source }) => source),
  };
}

/**
 * The schedules of files, checked in full.
 *
 * @throws HoldfastError `invalid_input`, also for a name that comes twice
 */
export function checkSources(sources: readonly ScheduleSource[]): ScheduleFile[] {
  const places = new Map<string, string>();
  return sources.map((file, index) => ({
    source: checkName(file.source, `sources[${index}].source`),
    schedules: file.schedules.map((given, n) => {
      const path = `${file.source}.schedules[${n}]`;
      const { document } = checkSchedule(given, path);
      const { name } = document;
      const other = places.get(name);
      if (other !== undefined) {
        throw invalid(
          `${path}.name`,
          `another name than ${other} has`,
          name,
          'give each name once',
        );
      }
      places.set(name, path);
      return document;
    }),
  }));
}
