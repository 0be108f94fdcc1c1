import type { JobsClient } from '../client/jobs.ts';
import type { SubmitOptions } from '../client/job-request.ts';
import type {
  ManyAnswer,
  ManyItem,
  ManyItems,
  ManyOptions,
  ManyProgress,
} from '../client/submit-many.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { JobDefinition } from '../handlers/define-job.ts';
import { formatDocument } from './format/document.ts';
import type { Progress } from './progress.ts';
import { startProgress } from './progress.ts';
import { oneLine, reportOf } from './report-error.ts';
import type { SubmitLine } from './submit-lines.ts';
import type { Terminal } from './terminal.ts';

/** A kind to submit many jobs of, and what its jobs have in common. */
export interface ManyTarget {
  readonly kind: JobDefinition | string;
  /** A line's own options come before these. */
  readonly options: SubmitOptions;
  readonly asJson: boolean;
}

/** What is told of one line. */
type LineAnswer = { readonly line: number } & (
  | Omit<Extract<ManyAnswer, { isNew: boolean }>, 'index'>
  | { readonly id: string | undefined; readonly error: HoldfastError }
);

/**
 * Submits a job for each line, and prints an answer for each, as it comes. Answers how many there were.
 *
 * @throws HoldfastError the first line's that was not submitted, when all others are answered
 */
export async function submitLines(
  jobs: JobsClient,
  { kind, options, asJson }: ManyTarget,
  lines: AsyncIterable<SubmitLine>,
  terminal: Terminal,
): Promise<number> {
  const tally = new Tally(startProgress(terminal, { asJson }));
  const numbers = new Map<number, number>();
  const answer = async (told: LineAnswer) => {
    tally.count(told);
    await (asJson ? terminal.print(formatAnswer(told)) : printAnswer(terminal, told));
  };
  let count = 0;
  async function* items(): AsyncGenerator<ManyItem> {
    for await (const { line, share, ...read } of lines) {
      tally.share = share;
      if ('error' in read) await answer({ line, id: undefined, error: read.error });
      else {
        numbers.set(count++, line);
        yield { ...options, ...read.item };
      }
    }
  }
  const onProgress = (progress: ManyProgress) => tally.show(progress);
  try {
    for await (const { index, ...answered } of submitTo(jobs, kind, items(), { onProgress })) {
      const line = numbers.get(index) ?? 0;
      numbers.delete(index);
      await answer({ line, ...answered });
    }
  } finally {
    tally.progress.end();
  }
  return tally.end();
}

function submitTo(
  jobs: JobsClient,
  kind: JobDefinition | string,
  items: ManyItems<ManyItem>,
  options: ManyOptions,
): AsyncIterable<ManyAnswer> {
  if (typeof kind !== 'string') return jobs.submitMany(kind, items, options);
  // An item without a pool is refused by itself.
  return jobs.submitMany(kind, items as ManyItems<ManyItem & { pool: string }>, options);
}

function formatAnswer(told: LineAnswer): string {
  if (!('error' in told)) return formatDocument(told);
  const { code, message, hint, details } = reportOf(told.error);
  return formatDocument({ ...told, error: { code, message, hint, details } });
}

async function printAnswer(terminal: Terminal, told: LineAnswer): Promise<void> {
  if (!('error' in told)) {
    await terminal.note(
      ...told.warnings.map((text) => `warning: line ${told.line}: ${oneLine(text)}`),
    );
    return terminal.print(told.id);
  }
  const { code, message } = reportOf(told.error);
  const id = told.id === undefined ? '' : ` (${oneLine(String(told.id))})`;
  await terminal.note(`error ${code}: line ${told.line}${id}: ${message}`);
}

/** Counts answers, and shows how far it is. */
class Tally {
  /** How much of the lines has been read. */
  share: number | undefined;
  readonly progress: Progress;
  #submitted = 0;
  #failed = 0;
  #first: { readonly line: number; readonly error: HoldfastError } | undefined;

  constructor(progress: Progress) {
    this.progress = progress;
  }

  count(told: LineAnswer): void {
    if (!('error' in told)) {
      this.#submitted++;
      return;
    }
    this.#failed++;
    this.#first ??= told;
  }

  show({ submitted }: ManyProgress): void {
    const failed = this.#failed === 0 ? '' : `, ${this.#failed} failed`;
    this.progress.show({ share: this.share, text: `${submitted} submitted${failed}` });
  }

  end(): number {
    if (this.#first === undefined) return this.#submitted;
    const { line, error } = this.#first;
    const of = this.#submitted + this.#failed;
    const message = `${this.#failed} of ${of} jobs were not submitted; the first, line ${line}: ${error.message}`;
    throw new HoldfastError(error.code, message, {
      hint: 'submit the lines that failed again: ids that were submitted start nothing',
      details: { submitted: this.#submitted, failed: this.#failed, line },
      cause: error,
    });
  }
}
