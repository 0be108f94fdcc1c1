import { counted } from '../counted.ts';
import { formatLength } from '../length.ts';
import type { NodeMode, NodeState } from '../node.ts';
import type { Finding } from './finding.ts';
import { ok, problem, unknown, warning } from './finding.ts';

/** A node as the ledger has it, with what its lease shows. */
export interface NodeFacts {
  readonly name: string;
  readonly pool: string;
  readonly version: string;
  readonly state: NodeState;
  readonly mode: NodeMode;
  readonly modeReason: string;
  /** How long it has been in its mode. */
  readonly modeMs: number;
  readonly leaseMs: number;
  /** How long its lease has been silent; `none`: it holds none; undefined: that could not be asked. */
  readonly silentMs: number | 'none' | undefined;
}

/** What there is to say of the nodes; `ours` is the version that asks. */
export function nodeFindings(nodes: readonly NodeFacts[], ours: string): Finding[] {
  const online = nodes.filter(({ state }) => state === 'online');
  return [
    ...presence(nodes, online),
    ...unread(online),
    ...some(online.flatMap(silence), 'nodes.silent'),
    ...some(nodes.flatMap(modeOf), 'nodes.mode'),
    ...versions(online, ours),
  ];
}

const START = '`holdfast node --pool POOL --name NAME --jobs FILE`';

function presence(nodes: readonly NodeFacts[], online: readonly NodeFacts[]): Finding[] {
  const check = 'nodes.online';
  if (nodes.length === 0) {
    return [problem(check, 'no node has ever registered: no job runs', `start one: ${START}`)];
  }
  if (online.length === 0) {
    const what = `none of ${counted(nodes.length, 'node')} is online: no job runs`;
    return [problem(check, what, `start one: ${START}; see \`holdfast nodes list\` for why`)];
  }
  const pools = [...new Set(nodes.map(({ pool }) => pool))];
  return [
    ok(check, `online: ${online.length} of ${counted(nodes.length, 'node')}`),
    ...pools.flatMap((pool) => poolPresence(pool, nodes)),
  ];
}

function poolPresence(pool: string, all: readonly NodeFacts[]): Finding[] {
  const nodes = all.filter((node) => node.pool === pool);
  const online = nodes.filter(({ state }) => state === 'online');
  const list = `\`holdfast nodes list --pool ${pool}\``;
  if (online.length === 0) {
    return [
      problem(
        'nodes.pool',
        `pool ${pool} has no node online, of ${nodes.length}`,
        `start one, or \`holdfast nodes forget NAME\` those that will not come back: ${list}`,
      ),
    ];
  }
  if (online.some(({ mode }) => mode === 'enabled')) return [];
  const what = `no node of pool ${pool} takes work: all that are online are cordoned or drain`;
  return [problem('nodes.pool', what, `\`holdfast nodes enable NAME\`: ${list}`)];
}

function unread(online: readonly NodeFacts[]): Finding[] {
  const names = online.filter(({ silentMs }) => silentMs === undefined).map(({ name }) => name);
  if (names.length === 0) return [];
  const what = `the leases of ${counted(names.length, 'node')} on record as online could not be read`;
  return [unknown('nodes.leases', what)];
}

/** A fleet of hundreds must not hide everything else. */
const SHOWN = 10;

function some(findings: readonly Finding[], check: Finding['check']): Finding[] {
  const hidden = findings.length - SHOWN;
  if (hidden <= 0) return [...findings];
  const rest = warning(check, `${counted(hidden, 'more node')} as these`, '`holdfast nodes list`');
  return [...findings.slice(0, SHOWN), rest];
}

/** A beat comes every second, and the lease runs out by Temporal's timer, which may be late by one. */
const GRACE_MS = 2_000;

function silence({ name, leaseMs, silentMs }: NodeFacts): Finding[] {
  const check = 'nodes.silent';
  if (silentMs === undefined) return [];
  const todo = `see its log, and \`holdfast nodes show ${name}\`; without an orchestrator nobody takes it off the record`;
  if (silentMs === 'none') {
    return [warning(check, `node ${name} is on record as online and holds no lease`, todo)];
  }
  if (silentMs <= leaseMs + GRACE_MS) return [];
  const what = `node ${name} has been silent for ${formatLength(silentMs)}; its lease is ${formatLength(leaseMs)}`;
  return [warning(check, what, todo)];
}

function modeOf({ name, mode, modeMs, modeReason }: NodeFacts): Finding[] {
  if (mode === 'enabled') return [];
  const what = `node ${name} is ${mode}, for ${formatLength(modeMs)}: ${modeReason}`;
  return [warning('nodes.mode', what, `when that is over: \`holdfast nodes enable ${name}\``)];
}

function versions(online: readonly NodeFacts[], ours: string): Finding[] {
  if (online.length === 0) return [];
  const check = 'nodes.versions';
  const counts = new Map<string, number>();
  for (const { version } of online) counts.set(version, (counts.get(version) ?? 0) + 1);
  const texts = [...counts]
    .map(([version, count]) => `${version} on ${counted(count, 'node')}`)
    .join(', ');
  const isMixed = counts.size > 1 || !counts.has(ours);
  if (!isMixed)
    return [ok(check, `all nodes that are online run Holdfast ${ours}, as this command`)];
  return [
    warning(
      check,
      `versions differ: Holdfast ${texts}, this command ${ours}`,
      'fine while you upgrade; afterwards drain and start again those that are behind',
    ),
  ];
}
