import { fileURLToPath } from 'node:url';
import { HoldfastError } from '../../domain/errors.ts';
import type { Embedded } from '../embedded.ts';
import type { LogLine } from '../holdfast-process.ts';
import { HoldfastProcess } from '../holdfast-process.ts';
import type { HandlerStart } from './demo-report.ts';

const HANDLERS = fileURLToPath(new URL('./hash-file.js', import.meta.url));
const NODES = ['a', 'b', 'c'] as const;
const SLOTS = 2;

/** Something that happened in the fleet. */
export type FleetEvent =
  | { readonly kind: 'node_started'; readonly node: string }
  | { readonly kind: 'attempt_started'; readonly start: HandlerStart }
  | { readonly kind: 'attempt_ended'; readonly node: string; readonly job: string }
  | { readonly kind: 'job_closed'; readonly job: string; readonly state: string }
  | {
      readonly kind: 'failover';
      readonly job: string;
      readonly fromNode: string;
      readonly why: string;
    }
  | { readonly kind: 'process_ended'; readonly name: string; readonly lastLines: string };

/** The demo's processes: one orchestrator and three nodes. */
export interface DemoFleet {
  /** The process of a node. */
  node(name: string): HoldfastProcess;
  stop(): Promise<void>;
}

/**
 * Starts the processes and waits until all of them work.
 *
 * @throws HoldfastError `demo_failed` with its last lines when one of them ends
 */
export async function startFleet(
  embedded: Embedded,
  onEvent: (event: FleetEvent) => void,
): Promise<DemoFleet> {
  const processes = new Map<string, HoldfastProcess>();
  const stop = async () => {
    await Promise.all([...processes.values()].map((each) => each.stop()));
  };
  const start = (name: string, args: string[], databaseUrl: string | undefined) =>
    new Promise<void>((started, failed) => {
      const child = HoldfastProcess.start({
        args,
        env: {
          TEMPORAL_ADDRESS: embedded.temporal.address,
          TEMPORAL_NAMESPACE: embedded.temporal.namespace,
          DATABASE_URL: databaseUrl,
        },
        onLog: (line) => {
          if (line.msg === 'orchestrator.started' || line.msg === 'node.started') started();
          const event = eventOf(name, line);
          if (event !== undefined) onEvent(event);
        },
      });
      processes.set(name, child);
      void child.ended().then(() => {
        failed(new HoldfastError('demo_failed', `${name} ended:\n${child.lastLines}`));
        onEvent({ kind: 'process_ended', name, lastLines: child.lastLines });
      });
    });
  try {
    await start('orchestrator', ['orchestrator'], embedded.databaseUrl);
    // A node has no database credentials.
    await Promise.all(NODES.map((name) => start(name, nodeArgs(name), undefined)));
  } catch (error) {
    await stop();
    throw error;
  }
  return { node: (name) => processes.get(name)!, stop };
}

function nodeArgs(name: string): string[] {
  return ['node', '--pool', 'demo', '--name', name, '--jobs', HANDLERS, '--slots', String(SLOTS)];
}

function eventOf(name: string, line: LogLine): FleetEvent | undefined {
  const { msg } = line;
  const job = String(line['job']);
  if (msg === 'node.started') return { kind: 'node_started', node: name };
  if (msg === 'attempt.ended') return { kind: 'attempt_ended', node: name, job };
  if (msg === 'attempt.started') {
    const start = {
      job,
      node: name,
      epoch: Number(line['epoch']),
      startedAt: Number(line['startedAt']),
    };
    return { kind: 'attempt_started', start };
  }
  if (msg === 'job.closed') return { kind: 'job_closed', job, state: String(line['state']) };
  if (msg === 'job.failover_dispatched') {
    const fromNode = String(line['fromNode']);
    return { kind: 'failover', job, fromNode, why: String(line['why']) };
  }
  return undefined;
}
