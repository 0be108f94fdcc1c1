import { expect, test } from 'vitest';
import { formatReport, oneLine, reportOf } from '../../dist/cli/report-error.js';
import { HoldfastError } from '../../dist/domain/errors.js';
import { ledgerError } from '../../dist/ledger/ledger-error.js';

const plain = { asJson: false, isDebug: false };

test('a foreseen error is a line with its code, and a second one with its hint', () => {
  const error = new HoldfastError('job_failed', 'job a: no', { hint: 'see `x`' });
  expect(formatReport(reportOf(error), plain)).toBe('error job_failed: job a: no\nhint: see `x`');
});

test('an error without a hint is one line', () => {
  const error = new HoldfastError('job_failed', 'job a: no');
  expect(formatReport(reportOf(error), plain)).toBe('error job_failed: job a: no');
});

test('an error that nobody foresaw is internal, and says how to see its stack', () => {
  expect(formatReport(reportOf(new TypeError('x is not a function')), plain)).toBe(
    'error internal: x is not a function\nhint: set HOLDFAST_DEBUG=1 to see where it comes from',
  );
});

test('the stack and the causes are shown for HOLDFAST_DEBUG only', () => {
  const error = new HoldfastError('internal', 'outer', { cause: new Error('inner') });
  const report = reportOf(error);
  expect(formatReport(report, plain)).not.toContain('inner');
  expect(formatReport(report, { asJson: false, isDebug: true })).toMatch(/inner[^]*at /);
});

test('what is thrown without being an error is told all the same', () => {
  expect(reportOf('a text').message).toBe('a text');
  expect(reportOf(undefined).message).toBe('undefined');
  expect(reportOf(new Error('')).message).toBe('Error');
  expect(reportOf(new AggregateError([new Error('a'), new Error('b')], '')).message).toBe('a; b');
});

test('line breaks and escape sequences of a message cannot rearrange the terminal', () => {
  expect(oneLine('two\n  lines,\r\n\u001b[31mred\u001b[0m and\u0007 a bell')).toBe(
    'two lines, red and a bell',
  );
  const error = new HoldfastError('job_failed', 'kaputt\nerror usage: not so', { hint: 'a\nb' });
  expect(formatReport(reportOf(error), plain).split('\n')).toHaveLength(2);
});

test('as JSON it is one document with code, message, hint and details', () => {
  const error = new HoldfastError('unknown_kind', 'no', { details: { kind: 'x', kinds: ['y'] } });
  expect(JSON.parse(formatReport(reportOf(error), { asJson: true, isDebug: false }))).toEqual({
    error: {
      code: 'unknown_kind',
      message: 'no',
      hint: null,
      details: { kind: 'x', kinds: ['y'] },
    },
  });
});

test('a wrong password names the user, the place and what to check, never the password', () => {
  const refused = Object.assign(new Error('password authentication failed for user "app"'), {
    code: '28P01',
  });
  const error = ledgerError(refused, 'postgres://app:secret@db:5432/jobs');
  expect(formatReport(reportOf(error), plain)).toBe(
    'error ledger_unavailable: ledger at postgres://app:***@db:5432/jobs: password authentication failed for user "app"\n' +
      'hint: check the password in DATABASE_URL',
  );
});
