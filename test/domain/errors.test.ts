import { describe, expect, it } from 'vitest';
import type { ErrorCode, ErrorRow } from '../../src/domain/errors.ts';
import { ERRORS, HoldfastError, invalid, isErrorCode, show } from '../../src/domain/errors.ts';
import { jobNotFound } from '../../src/domain/job-not-found.ts';

const rows = Object.entries(ERRORS) as [ErrorCode, ErrorRow][];

/** The codes that share an exit code with another one, because a script would do the same about them. */
const KINDS_OF_TROUBLE = [
  [
    'invalid_input',
    'payload_too_large',
    'unknown_kind',
    'handler_file_failed',
    'unauthorized',
    'forbidden',
    'method_not_allowed',
    'request_too_large',
    'unsupported_media_type',
  ],
  [
    'job_not_found',
    'node_not_found',
    'session_not_found',
    'schedule_not_found',
    'plan_not_found',
    'route_not_found',
    'token_not_found',
    'resource_not_found',
  ],
  [
    'job_running',
    'job_closed',
    'job_exists',
    'session_slot_taken',
    'session_exists',
    'session_ended',
    'schedule_exists',
    'schedule_changed',
    'schedule_conflict',
    'resource_in_use',
    'token_exists',
    'ledger_of_other_namespace',
  ],
  [
    'job_failed',
    'failover_exhausted',
    'crash_budget',
    'node_offline',
    'pending_timeout',
    'each_failed',
    'result_too_large',
    'result_pruned',
    'result_not_serialisable',
    'deadline_exceeded',
  ],
  ['job_cancelled', 'job_lost', 'job_terminated'],
  ['rate_limited', 'result_timeout', 'interrupted'],
  ['encryption_key_missing', 'payload_not_decryptable'],
] as const;

describe('the error table', () => {
  it.each(rows)(
    '%s has a meaning in words, an HTTP status of an error and an exit code',
    (code, row) => {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(row.meaning).toMatch(/^\S.*[^.\s]$/);
      expect(row.httpStatus).toBeGreaterThanOrEqual(400);
      expect(row.httpStatus).toBeLessThan(600);
      // 0 is success, and a shell has its own meanings for 126 and more.
      expect(row.exitCode).toBeGreaterThan(0);
      expect(row.exitCode).toBeLessThan(126);
    },
  );

  it('gives each kind of trouble an exit code of its own', () => {
    const exits = [...new Set(rows.map(([, { exitCode }]) => exitCode))];
    const sharing = exits.map((exit) =>
      rows.filter(([, { exitCode }]) => exitCode === exit).map(([code]) => code),
    );
    expect(sharing.filter((codes) => codes.length > 1)).toEqual(KINDS_OF_TROUBLE);
  });

  it('has each meaning once', () => {
    expect(new Set(rows.map(([, { meaning }]) => meaning)).size).toBe(rows.length);
  });

  it('answers 429, 503 or 504 wherever the same call may succeed later', () => {
    for (const [code, { retryable, httpStatus }] of rows) {
      if (retryable) expect([429, 503, 504], code).toContain(httpStatus);
    }
  });

  it.each(['toString', '__proto__', 'constructor', '', undefined, 5])('has no code %j', (value) => {
    expect(isErrorCode(value)).toBe(false);
  });

  it('knows its own codes', () => {
    expect(rows.every(([code]) => isErrorCode(code))).toBe(true);
  });
});

describe('HoldfastError', () => {
  it('carries code, hint, details and cause', () => {
    const cause = new Error('refused');
    const error = new HoldfastError('ledger_unavailable', 'no ledger', {
      hint: 'start it',
      details: { port: 5432 },
      cause,
    });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'HoldfastError',
      message: 'no ledger',
      code: 'ledger_unavailable',
      hint: 'start it',
      details: { port: 5432 },
      cause,
      retryable: true,
    });
  });

  it('has no hint, no details and no cause unless they are given', () => {
    const error = new HoldfastError('job_not_found', 'no job');
    expect(error).toMatchObject({ hint: undefined, details: {}, retryable: false });
    expect('cause' in error).toBe(false);
  });
});

describe('invalid', () => {
  it('names the field, what was expected and what came, with or without a hint', () => {
    expect(invalid('limit', 'a whole number', '5')).toMatchObject({
      code: 'invalid_input',
      message: 'limit: expected a whole number, got "5"',
      hint: undefined,
      details: { path: 'limit' },
    });
    expect(invalid('limit', 'a whole number', '5', 'leave the quotes out').hint).toBe(
      'leave the quotes out',
    );
  });
});

describe('jobNotFound', () => {
  it('quotes the id and says where the ids are', () => {
    expect(jobNotFound('a "b"')).toMatchObject({
      code: 'job_not_found',
      message: String.raw`no job has the id "a \"b\""`,
      hint: 'see `holdfast jobs list`',
    });
  });
});

describe('show', () => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;

  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    ['', '""'],
    ['a\nb', String.raw`"a\nb"`],
    [0, '0'],
    [false, 'false'],
    [{ a: [1] }, '{"a":[1]}'],
    [() => 1, 'a function'],
    [Symbol('s'), 'a symbol'],
    [5n, 'a bigint'],
    [cycle, 'an object'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
  ])('shows %o as %s', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it('cuts a long value after 80 characters at most, and not inside a character', () => {
    const text = show('x'.repeat(1_000));
    expect(text).toMatch(/^"x+…$/);
    expect(text.length).toBeLessThanOrEqual(80);
    expect(show('x'.repeat(78))).toBe(`"${'x'.repeat(78)}"`);
    const cutInside = show(`${'x'.repeat(75)}😀😀😀`);
    expect(Buffer.from(cutInside).toString()).toBe(cutInside);
  });
});
