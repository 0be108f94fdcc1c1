import { expect, test } from 'vitest';
import {
  countFindings,
  failed,
  firstProblem,
  ok,
  problem,
  unknown,
  warning,
} from '../../../src/domain/doctor/finding.ts';
import { HoldfastError } from '../../../src/domain/errors.ts';

const findings = [
  ok('temporal.version', 'fine'),
  unknown('settings.unseen', 'hidden'),
  warning('nodes.mode', 'drains', 'enable it'),
  problem('outbox.dead', 'dead', 'drop it'),
  failed('ledger.reachable', new HoldfastError('ledger_unavailable', 'away', { hint: 'start it' })),
];

test('the first problem counts, and a failed server keeps its code and hint', () => {
  expect(firstProblem(findings)).toMatchObject({ check: 'outbox.dead', code: 'problems_found' });
  expect(findings.at(-1)).toMatchObject({
    severity: 'problem',
    what: 'away',
    todo: 'start it',
    code: 'ledger_unavailable',
  });
  expect(firstProblem(findings.slice(0, 3))).toBeUndefined();
});

test('findings are counted by severity', () => {
  expect(countFindings(findings)).toEqual({ ok: 1, unknown: 1, warning: 1, problem: 2 });
});
