import { HoldfastError, invalid } from '../domain/errors.ts';
import type { SubmitOptions } from './job-request.ts';

/** One job of a {@link SubmitMany}: its input, and the options of its submit. */
export interface ManyItem<Input = unknown> extends SubmitOptions {
  readonly input: Input;
}

/** What became of one item; `index` counts the items from 0. */
export type ManyAnswer =
  | {
      readonly index: number;
      readonly id: string;
      readonly generation: number;
      /** False when the job was there. */
      readonly isNew: boolean;
      readonly warnings: readonly string[];
    }
  | { readonly index: number; readonly id: string | undefined; readonly error: HoldfastError };

/** How far a submit of many jobs is. */
export interface ManyProgress {
  readonly submitted: number;
  readonly failed: number;
}

/** Options of a submit of many jobs. */
export interface ManyOptions {
  /** Submits under way at most, 1 to 1000. @default 32 */
  readonly concurrency?: number;
  /** Told with each answer. */
  readonly onProgress?: (progress: ManyProgress) => void;
  /** Ends the reading of items. What is under way is answered, then the reason is thrown. */
  readonly signal?: AbortSignal;
}

/** A job that an item has been submitted as. */
type Submitted = Omit<Extract<ManyAnswer, { isNew: boolean }>, 'index'>;

/** What items are read from. */
export type ManyItems<Item> = AsyncIterable<Item> | Iterable<Item>;

/** What the loop waits for: the next item, the answer of one, or the end of the reading. */
type Event<Item> =
  | { readonly read: IteratorResult<Item> }
  | { readonly answer: ManyAnswer }
  | { readonly failure: unknown };

const DEFAULT_CONCURRENCY = 32;

/**
 * Submits items a few at a time, and answers each, as it comes. Items are read only as fast as submits go
 * and answers are taken; nothing is kept of them. See `JobsClient.submitMany`.
 *
 * @throws HoldfastError `invalid_input` for a wrong option; what the items themselves throw, and the
 *   reason of the signal, each when all that is under way is answered
 */
export async function* submitMany<Item extends ManyItem>(
  submit: (item: Item) => Promise<Submitted>,
  items: ManyItems<Item>,
  { concurrency = DEFAULT_CONCURRENCY, onProgress, signal }: ManyOptions = {},
): AsyncGenerator<ManyAnswer, void, undefined> {
  checkConcurrency(concurrency);
  const iterator = iteratorOf(items);
  const events = new EventQueue<Event<Item>>();
  const onAbort = () => events.push({ failure: signal?.reason });
  const progress = { submitted: 0, failed: 0 };
  let flying = 0;
  let count = 0;
  let isReading = false;
  let end: Exclude<Event<Item>, { answer: ManyAnswer }> | undefined;
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      if (end === undefined && !isReading && flying < concurrency) {
        isReading = true;
        void read(iterator).then((event) => events.push(event));
      }
      // A source that is waited for no longer may never answer.
      if (end !== undefined && flying === 0) break;
      const event = await events.next();
      if ('answer' in event) {
        flying--;
        progress['error' in event.answer ? 'failed' : 'submitted']++;
        onProgress?.({ ...progress });
        yield event.answer;
        continue;
      }
      isReading = false;
      if ('failure' in event || event.read.done === true) end ??= event;
      else if (end === undefined) {
        flying++;
        void answerOf(submit, event.read.value, count++).then((answer) => events.push({ answer }));
      }
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    await stop(iterator, isReading);
  }
  if (end !== undefined && 'failure' in end) throw end.failure;
}

/** Hands over what is pushed, one by one; it keeps nothing that was taken. */
class EventQueue<Item> {
  readonly #items: Item[] = [];
  #wake: () => void = () => undefined;

  push(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  async next(): Promise<Item> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) return item;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

async function read<Item>(
  iterator: AsyncIterator<Item> | Iterator<Item>,
): Promise<Extract<Event<Item>, { read: unknown } | { failure: unknown }>> {
  try {
    return { read: await iterator.next() };
  } catch (failure) {
    return { failure };
  }
}

/** Lets the source of the items close what it has open. */
async function stop(
  iterator: AsyncIterator<unknown> | Iterator<unknown>,
  isReading: boolean,
): Promise<void> {
  const stopped = Promise.resolve(iterator.return?.()).catch(() => undefined);
  // One that still waits for its next item would answer only after that.
  if (!isReading) await stopped;
}

function iteratorOf<Item>(items: ManyItems<Item>): AsyncIterator<Item> | Iterator<Item> {
  const given = items as Partial<AsyncIterable<Item> & Iterable<Item>> | null | undefined;
  const iterator = given?.[Symbol.asyncIterator]?.() ?? given?.[Symbol.iterator]?.();
  if (iterator === undefined) throw invalid('items', 'an iterable of { input, … }', items);
  return iterator;
}

async function answerOf<Item extends ManyItem>(
  submit: (item: Item) => Promise<Submitted>,
  item: Item,
  index: number,
): Promise<ManyAnswer> {
  try {
    const { id, generation, isNew, warnings } = await submit(item);
    return { index, id, generation, isNew, warnings };
  } catch (error) {
    const id = (item as Partial<ManyItem> | null | undefined)?.id;
    return { index, id, error: asHoldfastError(error) };
  }
}

function asHoldfastError(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HoldfastError('internal', message, { cause: error });
}

function checkConcurrency(given: number): void {
  if (Number.isSafeInteger(given) && given >= 1 && given <= 1000) return;
  throw invalid('concurrency', 'a whole number from 1 to 1000', given);
}
