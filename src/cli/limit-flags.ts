import type { Command, Option } from 'commander';
import type { SubmitOptions } from '../client/job-request.ts';
import type { Duration } from '../domain/duration.ts';
import { parseDuration } from '../domain/duration.ts';
import type { HoldfastError } from '../domain/errors.ts';
import { show } from '../domain/errors.ts';
import { amountsOption, choiceOption, countOption, durationOption } from './option-values.ts';
import { pick } from './pick.ts';
import { usageError } from './usage-error.ts';

/** The options by which a submit says what its job needs and who goes first. */
export interface LimitFlags {
  readonly resource?: Readonly<Record<string, number>>;
  readonly concurrency?: string;
  readonly rate?: string;
  readonly priority?: string;
  readonly fairnessKey?: string;
  readonly slots?: number;
  readonly deadline?: Duration;
}

/** Adds the options of {@link LimitFlags}. */
export function addLimitOptions(command: Command): Command {
  return command
    .optionsGroup('What it needs, and who goes first:')
    .addOption(resourceOption())
    .option('--concurrency <key=limit>', 'so many jobs of the key at a time; without key: its kind')
    .option('--rate <key=limit/time>', 'so many starts of the key in any such time: api=10/1s')
    .addOption(choiceOption('--priority <1-5>', 'who goes first: 1 (default: 3)', PRIORITIES))
    .option('--fairness-key <key>', 'jobs on a queue take turns over these keys')
    .addOption(countOption('--slots <count>', 'slots of its node that it takes', 1))
    .addOption(
      durationOption('--deadline <time>', 'fail it if it has not ended then (default: 24h)'),
    );
}

const PRIORITIES = ['1', '2', '3', '4', '5'];

function resourceOption(): Option {
  const description = 'how much of a resource it holds; repeatable';
  return amountsOption('--resource <name=amount>', description, 1);
}

/** What the flags ask for, as options of a submit. */
export function limitsOf(flags: LimitFlags): Partial<SubmitOptions> {
  const { resource, concurrency, rate, priority } = flags;
  return {
    ...pick(flags, 'fairnessKey', 'slots', 'deadline'),
    ...(resource === undefined ? {} : { resources: resource }),
    ...(concurrency === undefined ? {} : { concurrency: concurrencyOf(concurrency) }),
    ...(rate === undefined ? {} : { rate: rateOf(rate) }),
    ...(priority === undefined ? {} : { priority: Number(priority) as 1 | 2 | 3 | 4 | 5 }),
  };
}

function concurrencyOf(text: string): NonNullable<SubmitOptions['concurrency']> {
  const [, key, limit] = /^(?:(.+)=)?(\d+)$/s.exec(text) ?? [];
  if (Number(limit) >= 1) return { ...(key === undefined ? {} : { key }), limit: Number(limit) };
  throw usageError(
    `--concurrency: expected key=limit, with a limit from 1, got ${show(text)}`,
    'for example --concurrency tenant-7=4, or --concurrency 4 for the kind',
  );
}

function rateOf(text: string): NonNullable<SubmitOptions['rate']> {
  const [, key, limit, per] = /^(?:(.+)=)?(\d+)\/(\w+)$/s.exec(text) ?? [];
  const example = 'for example --rate api=10/1s, or --rate 10/1s for the kind';
  if (!(Number(limit) >= 1)) {
    throw usageError(`--rate: expected key=limit/time, got ${show(text)}`, example);
  }
  try {
    parseDuration(per, '--rate');
  } catch (error) {
    throw usageError((error as HoldfastError).message, example);
  }
  return { ...(key === undefined ? {} : { key }), limit: Number(limit), per: per as Duration };
}
