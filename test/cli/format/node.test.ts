import { expect, test } from 'vitest';
import { formatNode } from '../../../dist/cli/format/node.js';
import { nodeOf } from './node-of.ts';

const now = new Date('2026-11-21T12:10:00Z');

test('a node is told with its mode, its deadline, what it runs and what happened to it', () => {
  const lines = formatNode(
    {
      ...nodeOf('gpu-1', now),
      mode: {
        mode: 'draining',
        reason: 'driver update',
        by: 'ada@host',
        at: now.getTime() - 60_000,
        deadlineAt: now.getTime() + 60_000,
      },
      beat: {
        incarnation: 'i',
        slotsUsed: 1,
        running: [{ job: 'utt-42', generation: 1, epoch: 2 }],
      },
      events: [
        {
          name: 'gpu-1',
          incarnation: 'i',
          at: now,
          event: 'draining',
          by: 'ada@host',
          reason: 'driver update',
          state: 'online',
          mode: 'draining',
        },
      ],
    },
    now,
  );
  const text = lines.join('\n');
  expect(lines[0]).toBe('node         gpu-1');
  expect(text).toMatch(/\nmode +draining\nset by +ada@host, .+ \(1 min 0 s ago\)\n/);
  expect(text).toMatch(/\nreason +driver update\ndeadline +.+ \(in 1 min 0 s\)\nslots +1\/4\n/);
  expect(text).toMatch(/\n\nRUNS +EPOCH\nutt-42 +2\n\nAT +EVENT +BY +REASON\n.+draining +ada@host/);
});

test('a node that nobody has touched is told without what there is not', () => {
  const text = formatNode({ ...nodeOf('gpu-1', now), beat: undefined, events: [] }, now).join('\n');
  expect(text).not.toMatch(/set by|reason|deadline|labels|RUNS|EVENT/);
});
