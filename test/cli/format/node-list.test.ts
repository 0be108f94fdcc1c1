import { expect, test } from 'vitest';
import { formatNodeList, formatPauses } from '../../../dist/cli/format/node-list.js';
import { nodeOf } from './node-of.ts';

const now = new Date('2026-11-21T12:10:00Z');

test('nodes are told with slots, labels and why they are as they are', () => {
  const drained = {
    ...nodeOf('gpu-2', now),
    mode: { mode: 'draining', reason: 'driver', by: 'ada@host', at: 1 },
    labels: { gpu: 'a100', zone: 'b' },
  } as const;
  const offline = { ...nodeOf('gpu-3', now), state: 'offline', cause: 'lost' } as const;
  const stopping = { ...nodeOf('gpu-4', now), isStopping: true };
  const nodes = [
    { ...nodeOf('gpu-1', now), beat: { incarnation: 'i', slotsUsed: 1, running: [] } },
    { ...drained, beat: undefined },
    { ...offline, beat: undefined },
    { ...stopping, beat: undefined },
  ];
  expect(formatNodeList(nodes, now)).toEqual([
    'NAME   POOL  STATE     MODE      SLOTS  KINDS              VERSION  LABELS            SINCE       CAUSE',
    'gpu-1  gpu   online    enabled   1/4    detect,transcribe  1.2.3                      10 min 0 s  registered',
    'gpu-2  gpu   online    draining  -/4    detect,transcribe  1.2.3    gpu=a100, zone=b  10 min 0 s  registered; draining by ada@host: driver',
    'gpu-3  gpu   offline   enabled   -/4    detect,transcribe  1.2.3                      10 min 0 s  lost',
    'gpu-4  gpu   stopping  enabled   -/4    detect,transcribe  1.2.3                      10 min 0 s  registered',
  ]);
});

test('a paused pool says why, and how to go on', () => {
  expect(
    formatPauses([{ pool: 'gpu', until: 0, why: 'failover of pool gpu pauses', lost: 3 }]),
  ).toEqual([
    'paused: failover of pool gpu pauses; go on now with `holdfast nodes resume --pool gpu`',
  ]);
});
