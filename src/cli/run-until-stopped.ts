import { constants } from 'node:os';
import type { Terminal } from './terminal.ts';

/** What runs until it is stopped. */
export interface Running {
  /** Settles when it has ended; rejects when it failed. */
  readonly stopped: Promise<unknown>;
  stop(): Promise<void>;
}

/** What to do when a parent that holds an IPC channel to us has gone. */
export type OnOrphaned = 'exit' | 'stop';

/** A second signal so soon is the first one's echo: npm and npx pass on a Ctrl-C that we got too. */
const ECHO_MS = 200;

/**
 * Starts something and keeps it up until SIGINT or SIGTERM, then stops it in order. A signal during
 * the start counts when it has started; a second signal ends the process at once.
 *
 * @throws whatever the start, the run or the stop failed with
 */
export async function runUntilStopped(
  terminal: Pick<Terminal, 'exitNow'>,
  start: () => Promise<Running>,
  onOrphaned: OnOrphaned = 'exit',
): Promise<void> {
  let stop = (): void => undefined;
  const asked = new Promise<void>((resolve) => (stop = resolve));
  const hangUp = (): void => terminal.exitNow(128 + constants.signals.SIGHUP);
  const release = [onSignals(terminal, stop), onDisconnect(onOrphaned === 'stop' ? stop : hangUp)];
  try {
    const running = await start();
    try {
      await Promise.race([asked, running.stopped]);
    } finally {
      await running.stop();
    }
  } finally {
    for (const each of release) each();
  }
}

function onSignals({ exitNow }: Pick<Terminal, 'exitNow'>, stop: () => void): () => void {
  let firstAt: number | undefined;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      stop();
    } else if (performance.now() - firstAt > ECHO_MS) {
      exitNow(128 + constants.signals[signal]);
    }
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}

function onDisconnect(orphaned: () => void): () => void {
  if (process.send === undefined) return () => undefined;
  if (!process.connected) orphaned();
  process.on('disconnect', orphaned);
  return () => process.off('disconnect', orphaned);
}
