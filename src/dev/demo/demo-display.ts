import { basename } from 'node:path';
import type { FleetEvent } from './demo-fleet.ts';

/** What the display shows of one node. */
interface NodeLine {
  state: 'starting' | 'online' | 'killed';
  running: number;
  done: number;
}

/** Shows the fleet while it works: one live line on a terminal, plain lines elsewhere. */
export interface DemoDisplay {
  /** Says something for good. */
  say(message: string): void;
  /** Takes in what happened in the fleet. */
  event(event: FleetEvent): void;
  /** Says how many jobs are done. */
  progress(done: number, total: number): void;
  nodeKilled(node: string): void;
  /** Clears the live line. */
  end(): void;
}

const REDRAW_MS = 100;
const PLAIN_EVERY_MS = 2_000;

/** A display on a stream, live when that is a terminal. */
export function createDisplay(
  out: NodeJS.WriteStream,
  nameOf: (job: string) => string,
): DemoDisplay {
  const nodes = new Map<string, NodeLine>();
  let counts = '';
  const isLive = out.isTTY === true;
  const clear = () => isLive && out.write('\r\x1b[K');
  const draw = () => out.write(isLive ? `\r\x1b[K${status(counts, nodes)}` : '');
  const say = (message: string) => {
    clear();
    out.write(`${message}\n`);
    draw();
  };
  let lastPlain = '';
  const timer = setInterval(
    () => {
      if (isLive) draw();
      else if (counts !== '' && counts !== lastPlain) say(status((lastPlain = counts), nodes));
    },
    isLive ? REDRAW_MS : PLAIN_EVERY_MS,
  );
  return {
    say,
    event: (event) => {
      track(nodes, event);
      if (event.kind === 'node_started') say(`node ${event.node} is online`);
      if (event.kind === 'failover') {
        say(`failover: ${nameOf(event.job)} was on ${event.fromNode} (${event.why})`);
      }
    },
    progress: (done, total) => (counts = `${done}/${total} jobs done`),
    nodeKilled: (node) => {
      nodes.set(node, { ...nodeLine(nodes, node), state: 'killed', running: 0 });
      say(`node ${node} killed with SIGKILL in the middle of a job`);
    },
    end: () => {
      clearInterval(timer);
      clear();
    },
  };
}

function track(nodes: Map<string, NodeLine>, event: FleetEvent): void {
  if (event.kind === 'node_started') {
    nodes.set(event.node, { state: 'online', running: 0, done: 0 });
  } else if (event.kind === 'attempt_started') {
    nodeLine(nodes, event.start.node).running++;
  } else if (event.kind === 'attempt_ended') {
    nodeLine(nodes, event.node).running--;
    nodeLine(nodes, event.node).done++;
  }
}

function nodeLine(nodes: Map<string, NodeLine>, name: string): NodeLine {
  const known = nodes.get(name) ?? { state: 'starting', running: 0, done: 0 };
  nodes.set(name, known);
  return known;
}

function status(counts: string, nodes: Map<string, NodeLine>): string {
  const parts = [...nodes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { state, running, done }]) =>
      state === 'killed' ? `${name} KILLED` : `${name} ${running} running ${done} done`,
    );
  return [counts, ...parts].filter((part) => part !== '').join(' | ');
}

/** A file's name, for messages. */
export function shortName(path: string | undefined): string {
  return path === undefined ? 'a job' : basename(path);
}
