import { describe, expect, it } from 'vitest';
import { HoldfastError } from '../../src/domain/errors.ts';
import { isTransient, temporalError } from '../../src/domain/temporal-error.ts';

const place = { address: 'temporal.example:7233', namespace: 'default' };

/** An error as grpc-js throws it. */
function grpc(code: number, details: string): Error {
  return Object.assign(new Error(`${code} STATUS: ${details}`), { code, details });
}

/** An error as the SDK's client throws it. */
function wrapped(cause: unknown): Error {
  return new Error('Failed to start Workflow', { cause });
}

describe('temporalError', () => {
  it('names the address and the namespace, says what the server said, and keeps the cause', () => {
    const cause = wrapped(grpc(14, 'No connection established'));
    const error = temporalError(cause, place);
    expect(error.code).toBe('temporal_unavailable');
    expect(error.message).toBe(
      'Temporal at temporal.example:7233, namespace default: No connection established',
    );
    expect(error.cause).toBe(cause);
    expect(error.retryable).toBe(true);
  });

  it('passes on an error of our own', () => {
    const ours = new HoldfastError('job_not_found', 'no job');
    expect(temporalError(ours, place)).toBe(ours);
  });

  const upHint = 'is the server up? check TEMPORAL_ADDRESS; `holdfast dev` starts an embedded one';
  const nameHint = 'create the namespace, or check TEMPORAL_NAMESPACE';
  const keyHint = 'check TEMPORAL_API_KEY or the TLS settings';
  const attributeHint = 'start an orchestrator once: it registers the search attributes';

  it.each<[string, unknown, string]>([
    ['an unavailable server', grpc(14, 'No connection established'), upHint],
    ['a server that takes too long', grpc(4, 'Deadline exceeded'), upHint],
    [
      'a failed connection without a code',
      new Error('Failed to connect before the deadline'),
      upHint,
    ],
    ['a missing namespace', grpc(5, 'Namespace default is not found.'), nameHint],
    ['a missing namespace without a code', new Error('Namespace x was not found'), nameHint],
    ['a wrong key', grpc(16, 'Request unauthorized'), keyHint],
    ['a missing right', grpc(7, 'Request unauthorized.'), keyHint],
    [
      'a missing search attribute',
      grpc(3, 'search attribute HoldfastKind is not defined'),
      attributeHint,
    ],
    ['something that is no error', 'odd', upHint],
    ['nothing', undefined, upHint],
  ])('hints what to do about %s, bare or wrapped', (_, error, hint) => {
    expect(temporalError(error, place).hint).toBe(hint);
    expect(temporalError(wrapped(error), place).hint).toBe(error instanceof Error ? hint : upHint);
  });

  it('takes the innermost message of errors that wrap each other', () => {
    const error = wrapped(wrapped(new Error('the real one')));
    expect(temporalError(error, place).message).toMatch(/: the real one$/);
  });
});

describe('isTransient', () => {
  it.each([1, 2, 4, 8, 10, 13, 14])('is true for gRPC status %i, bare or wrapped', (code) => {
    expect(isTransient(grpc(code, 'x'))).toBe(true);
    expect(isTransient(wrapped(grpc(code, 'x')))).toBe(true);
  });

  it.each([0, 3, 5, 6, 7, 9, 11, 12, 15, 16])('is false for gRPC status %i', (code) => {
    expect(isTransient(grpc(code, 'x'))).toBe(false);
  });

  it.each([
    undefined,
    null,
    'text',
    new Error('plain'),
    Object.assign(new Error('x'), { code: 'EPIPE' }),
  ])('is false for %s, which has no status', (error) => {
    expect(isTransient(error)).toBe(false);
  });
});
