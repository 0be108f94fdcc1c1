import { describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../../src/domain/doctor/node-findings.ts';
import { nodeFindings } from '../../../src/domain/doctor/node-findings.ts';

const node = (name: string, fields: Partial<NodeFacts> = {}): NodeFacts => ({
  name,
  pool: 'gpu',
  version: '1.0.0',
  state: 'online',
  mode: 'enabled',
  modeReason: '',
  modeMs: 0,
  leaseMs: 5_000,
  silentMs: 800,
  ...fields,
});
const bad = (...nodes: NodeFacts[]) =>
  nodeFindings(nodes, '1.0.0')
    .filter(({ severity }) => severity !== 'ok')
    .map(({ severity, what }) => `${severity} ${what}`);

describe('nodes', () => {
  it('that are online, beat and run our version are well', () => {
    expect(bad(node('a'), node('b'))).toEqual([]);
  });

  it('are missed when there are none, or none online', () => {
    expect(bad()).toEqual(['problem no node has ever registered: no job runs']);
    expect(bad(node('a', { state: 'offline' }))).toEqual([
      'problem none of 1 node is online: no job runs',
    ]);
  });

  it('are missed in one pool while another has some', () => {
    expect(bad(node('a'), node('b', { pool: 'web', state: 'offline' }))).toEqual([
      'problem pool web has no node online, of 1',
    ]);
  });

  it('that all drain take no work', () => {
    const mode = { mode: 'draining', modeReason: 'driver update', modeMs: 60_000 } as const;
    expect(bad(node('a', mode))).toEqual([
      'problem no node of pool gpu takes work: all that are online are cordoned or drain',
      'warning node a is draining, for 1 min 0 s: driver update',
    ]);
  });

  it.each([
    [9_000, ['warning node a has been silent for 9.0 s; its lease is 5.0 s']],
    ['none', ['warning node a is on record as online and holds no lease']],
    [undefined, ['unknown the leases of 1 node on record as online could not be read']],
    [6_500, []],
  ] as const)('that were silent for %s', (silentMs, words) => {
    expect(bad(node('a', { silentMs }))).toEqual(words);
  });

  it('of a large fleet do not hide everything else', () => {
    const nodes = Array.from({ length: 40 }, (_, at) => node(`n${at}`, { silentMs: 'none' }));
    expect(bad(...nodes)).toHaveLength(11);
    expect(bad(...nodes).at(-1)).toBe('warning 30 more nodes as these');
  });

  it.each([[['2.0.0', '2.0.0']], [['1.0.0', '2.0.0']]])(
    'of the versions %j are mixed',
    (versions) => {
      const nodes = versions.map((version, index) => node(`n${index}`, { version }));
      expect(bad(...nodes)[0]).toMatch(/^warning versions differ: Holdfast .*2\.0\.0 on \d nodes?/);
    },
  );
});
