import { describe, expect, test } from 'vitest';
import { RunningAttempts } from '../../../src/activities/node/running-attempts.ts';
import type { NodeModeChange } from '../../../src/domain/node.ts';
import { ENABLED } from '../../../src/domain/node.ts';
import { NodeModes } from '../../../src/workers/node/node-mode.ts';
import { SlotGate } from '../../../src/workers/node/slot-gate.ts';
import { eventually } from '../../support/eventually.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const held = { job: 'j', generation: 1, epoch: 1 };

function played({ failures = 0 } = {}) {
  const told: unknown[] = [];
  const halted: string[] = [];
  const gate = new SlotGate(1, { slotsUsed: () => undefined });
  const running: RunningAttempts = new RunningAttempts(() => modes.checkDrained());
  const tell = (_signal: string, news: unknown) => {
    told.push(news);
    return told.length <= failures ? Promise.reject(new Error('away')) : Promise.resolve();
  };
  const modes: NodeModes = new NodeModes({
    ...{ node: 'n', incarnation: 'i', gate, running, calls: { tell }, log: silent },
  });
  const attempt = {
    held,
    beat: () => Promise.resolve('acknowledged' as const),
    halt: (cause: string) => void halted.push(cause),
  };
  return { modes, gate, running, told, halted, attempt };
}

const mode = (change: Partial<NodeModeChange>): NodeModeChange => ({
  mode: 'cordoned',
  reason: 'driver update',
  by: 'ada',
  at: 1_000,
  ...change,
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a node that starts', () => {
  test('takes no work before it knows its mode', () => {
    const { gate, modes } = played();
    expect(gate.whyClosed()).toBe('it does not know its mode yet');
    modes.set(ENABLED, 'lease');
    expect(gate.isOpen()).toBe(true);
  });

  test('stays cordoned over its restart', () => {
    const { gate, modes } = played();
    modes.set(mode({}), 'lease');
    expect(gate.whyClosed()).toBe('it is cordoned: driver update');
  });

  test('takes work when nobody tells it', async () => {
    const { gate } = played();
    await eventually(() => gate.isOpen());
  });
});

test('an order that comes late does not undo a later one', () => {
  const { gate, modes } = played();
  modes.set(mode({ mode: 'enabled', at: 2_000 }), 'order');
  modes.set(mode({ at: 1_000 }), 'order');
  expect(gate.isOpen()).toBe(true);
});

test('the mode that comes with a lease counts, whenever it was set', () => {
  const { gate, modes } = played();
  modes.set(mode({ at: 2_000 }), 'order');
  modes.set(ENABLED, 'lease');
  expect(gate.isOpen()).toBe(true);
});

describe('a node that drains', () => {
  test('says once that it has drained, when nothing runs any more', async () => {
    const { modes, running, told, attempt } = played();
    modes.set(ENABLED, 'lease');
    running.add(attempt);
    modes.set(mode({ mode: 'draining' }), 'order');
    await settled();
    expect(told).toEqual([]);
    running.remove(attempt, true);
    await settled();
    expect(told).toEqual([{ incarnation: 'i', handedBack: [held] }]);
    modes.set(mode({ mode: 'draining' }), 'lease');
    await settled();
    expect(told).toHaveLength(1);
  });

  test('says so until it is heard', async () => {
    const { modes, told } = played({ failures: 1 });
    modes.set(mode({ mode: 'draining' }), 'order');
    await eventually(() => told.length === 2);
  });

  test('hands back what runs at the deadline', async () => {
    const { modes, running, halted, attempt } = played();
    running.add(attempt);
    const at = Date.now();
    modes.set(mode({ mode: 'draining', at, deadlineAt: at + 30 }), 'order');
    expect(halted).toEqual([]);
    await eventually(() => halted.length > 0);
    expect(halted).toEqual(['node_drained']);
  });

  test('hands nothing back when it is enabled before the deadline', async () => {
    const { gate, modes, running, halted, told, attempt } = played();
    running.add(attempt);
    const at = Date.now();
    modes.set(mode({ mode: 'draining', at, deadlineAt: at + 60_000 }), 'order');
    modes.set(mode({ mode: 'enabled', at: at + 1 }), 'order');
    expect(gate.isOpen()).toBe(true);
    running.remove(attempt, false);
    await settled();
    expect([halted, told]).toEqual([[], []]);
  });
});
