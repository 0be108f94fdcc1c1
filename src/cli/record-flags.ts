import type { Command, Option } from 'commander';
import type { SubmitOptions } from '../client/job-request.ts';
import type { Dedupe } from '../client/dedupe.ts';
import { DEDUPES } from '../client/dedupe.ts';
import type { Horizon } from '../handlers/record-options.ts';
import type { Reconcile, SessionSlot } from '../domain/job.ts';
import { RECONCILES } from '../domain/job.ts';
import { choiceOption, countOption, durationOption } from './option-values.ts';
import { pick } from './pick.ts';
import { usageError } from './usage-error.ts';

/** The options by which a submit says what becomes of its results and its id. */
export interface RecordFlags {
  readonly session?: string;
  readonly index?: number;
  readonly dedupe?: Dedupe;
  readonly reconcile?: Reconcile;
  readonly horizon?: Horizon;
}

/** Adds the options of {@link RecordFlags}. */
export function addRecordOptions(command: Command): Command {
  return command
    .optionsGroup('What becomes of its result and its id:')
    .option('--session <id>', 'the session that its result belongs to, with --index')
    .addOption(countOption('--index <number>', 'its place in the session, from 0', 0))
    .addOption(dedupeOption())
    .addOption(
      choiceOption('--reconcile <whose>', 'whose late result counts (default: first)', RECONCILES),
    )
    .addOption(horizonOption());
}

function dedupeOption(): Option {
  const description =
    'if a job has its id (default: attach), or another one its place (default: reject)';
  return choiceOption('--dedupe <what>', description, DEDUPES);
}

function horizonOption(): Option {
  const option = durationOption(
    '--horizon <time>',
    'its id is not run again for so long after its end, or while-active (default: forever)',
  );
  const { parseArg } = option;
  return option.argParser((text: string, before) =>
    text === 'forever' || text === 'while-active' ? text : parseArg?.(text, before),
  );
}

/** What the flags ask for, as options of a submit. */
export function recordOf(flags: RecordFlags): Partial<SubmitOptions> {
  const session = sessionOf(flags);
  return {
    ...pick(flags, 'dedupe', 'reconcile', 'horizon'),
    ...(session === undefined ? {} : { session }),
  };
}

function sessionOf({ session, index }: RecordFlags): SessionSlot | undefined {
  if (session !== undefined && index !== undefined) return { id: session, index };
  if (session === undefined && index === undefined) return undefined;
  const missing = session === undefined ? 'session' : 'index';
  const given = session === undefined ? 'index' : 'session';
  throw usageError(
    `--${missing}: expected a value beside --${given}, got nothing`,
    'a job of a session needs both --session and --index',
  );
}
