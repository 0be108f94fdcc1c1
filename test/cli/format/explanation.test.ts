import type { JobExplanation } from 'holdfast';
import { expect, test } from 'vitest';
import { formatExplanation } from '../../../dist/cli/format/explanation.js';

const now = new Date('2026-11-21T12:10:00Z');
const at = new Date('2026-11-21T12:00:00.417Z');
const none = { epoch: undefined, node: undefined, queue: undefined, until: undefined };

const explanation: JobExplanation = {
  job: {
    id: 'utt-42',
    generation: 1,
    kind: 'transcribe',
    pool: 'gpu',
    state: 'open',
    session: undefined,
    attemptCount: 0,
    failoverCount: 0,
    openedAt: at,
    closedAt: undefined,
    error: undefined,
    input: null,
    result: undefined,
    attempts: [],
    results: [],
    live: undefined,
  },
  wait: { waitsFor: 'node', node: 'gpu-1', why: 'node gpu-1 is offline', since: at, until: now },
  story: [
    { ...none, at, kind: 'opened', text: 'is recorded in the ledger' },
    { ...none, at, kind: 'lost', text: 'is lost:\nno sign', epoch: 1 },
  ],
  source: 'temporal',
  isWhole: true,
};

test('a job that waits is explained with what for, and its story', () => {
  const lines = formatExplanation(explanation, now);
  const text = lines.join('\n');
  expect(text).toMatch(/\nwaits for +node gpu-1\nwhy +node gpu-1 is offline\nsince .+\nuntil .+\n/);
  expect(lines.slice(-3)[0]).toMatch(/^AT +EPOCH +WHAT$/);
  expect(lines.at(-2)).toMatch(/^2026-11-21 .+\.417 +- +is recorded in the ledger$/);
  expect(lines.at(-1)).toMatch(/ 1 +is lost: no sign$/);
});

test('what is no longer known is said', () => {
  const text = formatExplanation(
    { ...explanation, wait: undefined, source: 'ledger', isWhole: false },
    now,
  ).join('\n');
  expect(text).toContain('(what came before is no longer known)');
  expect(text).toContain('(from the ledger: Temporal has forgotten its history)');
  expect(text).not.toContain('waits for');
});
