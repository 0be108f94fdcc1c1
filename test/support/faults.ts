import { setTimeout as delay } from 'node:timers/promises';
import type { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import type { FleetLine } from './fleet.ts';

/** One fault of a node, with its place in the fleet's log. */
interface Fault {
  readonly node: string;
  readonly from: number;
  to: number;
}

/** The name of the attempt that a line of the log, a record or a result is of. */
export function keyOf(each: object): string {
  const { job, epoch } = each as { readonly job?: unknown; readonly epoch?: unknown };
  return `${String(job)} #${String(epoch)}`;
}

/** Freezes and kills nodes, and knows whom that may have hit. */
export class Faults {
  /** Attempts that ran on a node when it was killed. */
  readonly killed = new Set<string>();
  readonly #lines: readonly FleetLine[];
  readonly #start: (name: string) => Promise<HoldfastProcess>;
  readonly #nodes = new Map<string, HoldfastProcess>();
  readonly #faults: Fault[] = [];

  constructor(lines: readonly FleetLine[], start: (name: string) => Promise<HoldfastProcess>) {
    this.#lines = lines;
    this.#start = start;
  }

  async start(node: string): Promise<void> {
    this.#nodes.set(node, await this.#start(node));
  }

  async freeze(node: string, ms: number): Promise<void> {
    await this.#during(node, async (running) => {
      running.signal('SIGSTOP');
      await delay(ms);
      running.signal('SIGCONT');
    });
  }

  async killAndRestart(node: string, downMs: number): Promise<void> {
    await this.#during(node, async (running) => {
      running.signal('SIGKILL');
      await running.ended();
      await delay(downMs);
      await this.start(node);
      this.#noteKilled(node);
    });
  }

  /**
   * Attempts of whose results a node may have brought one without logging it: a fault hit the node
   * meanwhile, or a call was not answered.
   */
  disturbed(): Set<string> {
    const lives = new Map<string, { node: string; from: number; to: number }>();
    const unanswered = new Set<string>();
    this.#lines.forEach((line, at) => {
      const { msg = '', from: node, reason } = line;
      const key = keyOf(line);
      if (msg === 'attempt.started') lives.set(key, { node, from: at, to: Infinity });
      if (msg === 'late.not_delivered' || reason === 'no_answer') unanswered.add(key);
      const life = lives.get(key);
      if (life !== undefined && ENDS.includes(msg)) life.to = at;
    });
    const hit = [...lives].filter(([, life]) =>
      this.#faults.some(
        ({ node, from, to }) => node === life.node && life.from <= to && from <= life.to,
      ),
    );
    return new Set([...unanswered, ...hit.map(([key]) => key)]);
  }

  #noteKilled(node: string): void {
    const lines = this.#lines.filter(({ from }) => from === node);
    const restart = lines.findLastIndex(({ msg }) => msg === 'node.started');
    for (const line of lines.slice(0, restart)) {
      if (line.msg === 'attempt.started') this.killed.add(keyOf(line));
      if (line.msg === 'attempt.ended') this.killed.delete(keyOf(line));
    }
  }

  async #during(node: string, work: (running: HoldfastProcess) => Promise<void>): Promise<void> {
    const fault = { node, from: this.#lines.length, to: Infinity };
    this.#faults.push(fault);
    await work(this.#nodes.get(node)!);
    fault.to = this.#lines.length;
  }
}

/** The lines with which a node is done with an attempt or its result; the last one counts. */
const ENDS = ['attempt.ended', 'late.delivered'];
