import { Command, Option } from 'commander';
import type { JobHandle } from '../../client/job-handle.ts';
import type { JobsClient } from '../../client/jobs.ts';
import type { SubmitOptions } from '../../client/job-request.ts';
import type { Duration } from '../../domain/duration.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { JobDefinition } from '../../handlers/define-job.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions } from '../find-connection.ts';
import { findDefinition } from '../find-definition.ts';
import { formatDocument } from '../format/document.ts';
import type { LimitFlags } from '../limit-flags.ts';
import { addLimitOptions, limitsOf } from '../limit-flags.ts';
import { durationOption } from '../option-values.ts';
import { pick } from '../pick.ts';
import type { PlacementFlags } from '../placement-flags.ts';
import { addPlacementOptions, placementOf } from '../placement-flags.ts';
import { readInput } from '../read-input.ts';
import type { RecordFlags } from '../record-flags.ts';
import { addRecordOptions, recordOf } from '../record-flags.ts';
import { oneLine } from '../report-error.ts';
import { showWait } from '../show-wait.ts';
import { readSubmitLines } from '../submit-lines.ts';
import { submitLines } from '../submit-many.ts';
import type { Terminal } from '../terminal.ts';
import { usageError } from '../usage-error.ts';
import { withChange, withClient } from '../with-client.ts';

interface SubmitFlags extends ConnectionFlags, PlacementFlags, LimitFlags, RecordFlags {
  readonly input?: string;
  readonly many?: string;
  readonly jobs?: string;
  readonly pool?: string;
  readonly id?: string;
  readonly timeout?: Duration;
  readonly heartbeat?: Duration | 'lease';
  readonly wait?: boolean;
  readonly waitTimeout?: Duration;
  readonly json?: boolean;
}

/** `holdfast submit KIND`: submits a job, and waits for its result if asked to. */
export function submitCommand(terminal: Terminal): Command {
  const command = new Command('submit')
    .summary('submit a job')
    .description(
      'Submits a job and prints its id. An id that was submitted before starts nothing, unless --dedupe or --horizon says so.',
    )
    .argument('<kind>', 'the kind of the job')
    .option('--input <json>', 'the input: JSON, @file, or - for standard input')
    .addOption(
      new Option(
        '--many <file>',
        'submit a job for each line of a file, or of - for standard input: {"id","input",…}',
      ).conflicts(['input', 'id', 'session', 'index', 'wait', 'waitTimeout']),
    )
    .option('--jobs <file>', 'the handler file: tells the pool, and checks the input')
    .option('--pool <pool>', 'the pool that runs it; needed without --jobs')
    .option('--id <id>', 'the id, unique for ever (default: a random one)')
    .addOption(durationOption('--timeout <time>', 'the longest that one attempt may take'))
    .addOption(heartbeatOption())
    .option('--wait', 'wait for the result and print it')
    .addOption(
      durationOption('--wait-timeout <time>', 'wait no longer than this').implies({ wait: true }),
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addRecordOptions(command);
  addPlacementOptions(command);
  addLimitOptions(command);
  addConnectionOptions(command);
  return command.action((kind: string, flags: SubmitFlags) => submit(terminal, kind, flags));
}

function heartbeatOption(): Option {
  const option = durationOption(
    '--heartbeat <time>',
    'the silence after which an attempt counts as lost, or lease: when its node does',
  );
  const { parseArg } = option;
  return option.argParser((text: string, before) =>
    text === 'lease' ? text : parseArg?.(text, before),
  );
}

async function submit(terminal: Terminal, kind: string, flags: SubmitFlags): Promise<void> {
  if (flags.many !== undefined) return submitAll(terminal, kind, flags, flags.many);
  const target = await targetOf(kind, flags);
  const options = { ...pick(flags, 'id'), ...commonOptions(flags) };
  const input = flags.input === undefined ? undefined : await readInput(flags.input, terminal);
  await withClient(flags, terminal, async ({ jobs }, audited) => {
    const job = await audited(() => submitTo(jobs, target, input, options), {
      what: 'POST /v1/jobs',
      target: flags.id ?? ((submitted) => submitted.id),
      details: ({ generation, isNew }) => ({
        ...{ kind, generation, isNew },
        ...pick(options, 'pool', 'session'),
      }),
    });
    const { warnings } = job;
    await terminal.note(...warnings.map((warning) => `warning: ${oneLine(warning)}`));
    if (flags.json !== true) await terminal.print(job.id);
    const wait = () => showWait(job, terminal, () => resultOf(job, flags));
    const result = flags.wait === true ? { result: await wait() } : {};
    if (flags.json === true) {
      await terminal.print(formatDocument({ ...documentOf(job, kind), ...result }));
    } else if ('result' in result) {
      await terminal.print(JSON.stringify(result.result, null, 2));
    }
  });
}

function commonOptions(flags: SubmitFlags): SubmitOptions {
  return {
    ...pick(flags, 'pool', 'timeout', 'heartbeat'),
    ...placementOf(flags),
    ...limitsOf(flags),
    ...recordOf(flags),
  };
}

/** A job for each line of a file. */
async function submitAll(
  terminal: Terminal,
  kind: string,
  flags: SubmitFlags,
  path: string,
): Promise<void> {
  const target = await targetOf(kind, flags);
  const many = {
    kind: 'definition' in target ? target.definition : kind,
    options: commonOptions(flags),
    asJson: flags.json === true,
  };
  const lines = readSubmitLines(path, terminal);
  await withChange(flags, terminal, ({ jobs }) => submitLines(jobs, many, lines, terminal), {
    // One entry however many lines, so that it costs each of them nothing.
    what: 'POST /v1/jobs/bulk',
    details: (submitted) => ({ kind, submitted }),
  });
}

function documentOf({ id, generation, isNew, holder, warnings }: JobHandle<unknown>, kind: string) {
  return { id, kind, generation, isNew, holder, warnings };
}

type Target = { readonly definition: JobDefinition } | { readonly kind: string; pool: string };

async function targetOf(kind: string, { jobs, pool }: SubmitFlags): Promise<Target> {
  if (jobs !== undefined) return { definition: await findDefinition(kind, jobs) };
  if (pool !== undefined) return { kind, pool };
  throw usageError(
    '--pool: expected the pool that runs the job, got nothing',
    'give --pool, or --jobs with the file that defines the kind',
  );
}

function submitTo(
  jobs: JobsClient,
  target: Target,
  input: unknown,
  options: SubmitOptions,
): Promise<JobHandle<unknown>> {
  if ('definition' in target) return jobs.submit(target.definition, input, options);
  return jobs.submit(target.kind, input, { ...options, pool: target.pool });
}

/** The result; an error of the wait names the job, whose id the caller may not have seen yet. */
async function resultOf(
  job: JobHandle<unknown>,
  { waitTimeout }: Pick<SubmitFlags, 'waitTimeout'>,
): Promise<unknown> {
  try {
    return await job.result(waitTimeout === undefined ? {} : { timeout: waitTimeout });
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const { code, message, hint, details, cause } = error;
    throw new HoldfastError(code, message, {
      details: { ...details, job: job.id },
      cause,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}

const HELP = `
With --wait the exit code tells how the job ended: 0 for a result, 6 for a
failure, 7 for a cancelled job, 8 when the wait was over first.

Examples:
  $ holdfast submit greet --jobs ./jobs.ts --input '{"name":"Ada"}' --wait
  $ holdfast submit transcribe --pool gpu --input @42.json --id utt-42
  $ holdfast submit transcribe --pool gpu --input @42.json --session s1 --index 42
  $ holdfast submit transcribe --pool gpu --input @42.json --label gpu=a100
  $ holdfast submit clean-up --pool gpu --pin gpu-1 --on-offline fallback --pin-after 1m
  $ holdfast submit transcribe --pool gpu --resource gpu-mem-gb=8 --priority 1
  $ holdfast submit call-api --pool web --concurrency tenant-7=4 --rate api=10/1s
  $ holdfast submit transcribe --pool gpu --many jobs.jsonl --json
  $ make-input | holdfast submit greet --pool default --input - --json`;
