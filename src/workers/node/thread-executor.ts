import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MessagePort } from 'node:worker_threads';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import type {
  HandlerEnd,
  HandlerEvents,
  HandlerExecutor,
  HandlerRun,
} from '../../activities/node/handler-executor.ts';
import type { NodeLog } from '../../activities/node/node-log.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type {
  KindOfFile,
  KindsAnswer,
  StopMessage,
  ThreadMessage,
  ThreadTask,
} from './thread-messages.ts';

/** Options of a {@link ThreadExecutor}. */
export interface ThreadExecutorOptions {
  /** The handler file; each thread loads it once. */
  readonly file: string;
  /** Threads at most, hence runs at once. */
  readonly threads: number;
  readonly log: NodeLog;
  /** Called when a thread goes on after it was terminated: only the end of the process ends it. */
  readonly onStuckThread: () => void;
  /** How long a terminated thread may take to exit. @default 5000 */
  readonly stuckAfterMs?: number;
  /** How long a thread without work is kept. @default 30000 */
  readonly idleTimeoutMs?: number;
}

// Compiled: threads are given JavaScript, also where the node itself runs from other files.
const THREAD_FILE = fileURLToPath(new URL('./handler-thread.js', import.meta.url));

/** Runs each handler in a thread of its own, so that none can block the node's heartbeats. */
export class ThreadExecutor implements HandlerExecutor {
  readonly #options: Required<ThreadExecutorOptions>;
  readonly #threads: Piscina<unknown, unknown>;
  /** Kinds of which nothing is told. */
  #secret: ReadonlySet<string> = new Set();

  constructor(options: ThreadExecutorOptions) {
    this.#options = { stuckAfterMs: 5_000, idleTimeoutMs: 30_000, ...options };
    this.#threads = new Piscina({
      minThreads: 0,
      maxThreads: this.#options.threads,
      idleTimeout: this.#options.idleTimeoutMs,
      // Otherwise a thread sleeps between its tasks, and a handler's connections with it.
      atomics: 'disabled',
      recordTiming: false,
    });
    // Such as an uncaught error in a thread that runs nothing: what a handler left behind.
    this.#threads.on('error', (err: unknown) => this.#noteFailed(err));
  }

  /**
   * The kinds of the handler file. It is read in a thread too: what its modules do when they are
   * loaded does not reach the node.
   *
   * @throws HoldfastError `handler_file_failed`
   */
  async kinds(): Promise<readonly KindOfFile[]> {
    const { file } = this.#options;
    const answer = await this.#threads
      .run({ file }, { filename: THREAD_FILE, name: 'describeKinds' })
      .catch((cause: unknown) => {
        const message = `handler file ${file}: while it was loaded, ${whyDied(cause)}`;
        throw new HoldfastError('handler_file_failed', message, { details: { file }, cause });
      });
    const read = answer as KindsAnswer;
    if ('kinds' in read) {
      this.#secret = new Set(read.kinds.flatMap(({ kind, secret }) => (secret ? kind : [])));
      return read.kinds;
    }
    throw new HoldfastError(read.error.code, read.error.message, read.error.options);
  }

  async run({ dispatch, node, stop, kill, events }: HandlerRun): Promise<HandlerEnd> {
    const { port1: ours, port2: theirs } = new MessageChannel();
    const silence = listen(ours, events);
    const onStop = (): void => ours.postMessage({ stop: stopMessage(stop) } satisfies StopMessage);
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    const task: ThreadTask = { file: this.#options.file, dispatch, node, port: theirs };
    try {
      const options = { filename: THREAD_FILE, name: 'runTask', transferList: [theirs] };
      return (await this.#threads.run(task, { ...options, signal: kill })) as HandlerEnd;
    } catch (error) {
      // Still ours when no thread had taken the task yet.
      theirs.close();
      if (kill.aborted) return { kind: 'terminated' };
      return {
        kind: 'died',
        why: whyDied(this.#secret.has(dispatch.kind) ? classOf(error) : error),
      };
    } finally {
      await this.#within(silence);
      stop.removeEventListener('abort', onStop);
      ours.close();
    }
  }

  /** Which kind it was that left something behind is not known. */
  #noteFailed(error: unknown): void {
    this.#options.log.warn(
      { err: this.#secret.size > 0 ? classOf(error) : error },
      'thread.failed',
    );
  }

  /** Terminates all threads; returns when they have exited, or after `stuckAfterMs`. */
  async stop(): Promise<void> {
    await Promise.race([
      this.#threads.destroy(),
      delay(this.#options.stuckAfterMs, undefined, { ref: false }),
    ]);
  }

  async #within(silence: Promise<void>): Promise<void> {
    const { stuckAfterMs, onStuckThread } = this.#options;
    const waited = new AbortController();
    const isStuck = await Promise.race([
      silence.then(() => false),
      delay(stuckAfterMs, true, { signal: waited.signal }).catch(() => false),
    ]);
    waited.abort();
    if (isStuck) onStuckThread();
  }
}

/**
 * Hands on what a thread says. Resolves when it has said all: its handler ended, or the thread
 * exited and with it its end of the channel. The end of a run comes by another channel, so it may
 * be here before the last lines are.
 */
function listen(port: MessagePort, events: HandlerEvents): Promise<void> {
  return new Promise((resolve) => {
    port.on('message', (message: ThreadMessage) => {
      if (message.kind === 'ended') resolve();
      else deliver(message, events);
    });
    port.once('close', resolve);
  });
}

function deliver(message: Exclude<ThreadMessage, { kind: 'ended' }>, events: HandlerEvents): void {
  switch (message.kind) {
    case 'started':
      return events.started();
    case 'progress':
      return events.progress(message.json);
    case 'rows':
      return events.rowsAffected(message.count);
    case 'log':
      return events.log(message.level, message.message, message.fields);
  }
}

function stopMessage({ reason }: AbortSignal): string {
  return reason instanceof Error ? reason.message : String(reason);
}

/** An error without its words; how a thread exited is said in them, and is no secret. */
function classOf(error: unknown): unknown {
  if (!(error instanceof Error)) return 'something that is no error';
  return EXIT.test(error.message) ? error : error.name;
}

const EXIT = /worker exited with code: (\d+)/;

function whyDied(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const exit = EXIT.exec(text);
  if (exit === null) return `the handler's thread died of ${text}`;
  return `the handler's thread exited with code ${exit[1]} (process.exit ends the thread)`;
}
