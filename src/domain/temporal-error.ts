import { HoldfastError } from './errors.ts';

/** Which Temporal was asked. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
}

// The codes of https://grpc.io/docs/guides/status-codes
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const REFUSED = new Set([7, 16]);
// Cancelled, unknown, deadline exceeded, resource exhausted, aborted, internal, unavailable.
const TRANSIENT = new Set([1, 2, 4, 8, 10, 13, 14]);

/** Any error of a call to Temporal as a {@link HoldfastError}, `temporal_unavailable` if unknown. */
export function temporalError(error: unknown, place: TemporalPlace): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const message = deepestMessage(error);
  return new HoldfastError(
    'temporal_unavailable',
    `Temporal at ${place.address}, namespace ${place.namespace}: ${message}`,
    { cause: error, hint: hintFor(error, message) },
  );
}

/** True when the same call to Temporal may succeed later: it is away, restarting or busy. */
export function isTransient(error: unknown): boolean {
  const code = grpcCode(error);
  return code !== undefined && TRANSIENT.has(code);
}

/** True when Temporal refuses the call itself, such as a start whose arguments are too large. */
export function isRefusedForGood(error: unknown): boolean {
  // A search attribute that it does not know yet, an orchestrator registers.
  return grpcCode(error) === INVALID_ARGUMENT && !/search attribute/i.test(deepestMessage(error));
}

function hintFor(error: unknown, message: string): string {
  const code = grpcCode(error);
  if (code === NOT_FOUND || /namespace .*not found/i.test(message)) {
    return 'create the namespace, or check TEMPORAL_NAMESPACE';
  }
  if (/search attribute/i.test(message)) {
    return 'start an orchestrator once: it registers the search attributes';
  }
  if (code !== undefined && REFUSED.has(code)) return 'check TEMPORAL_API_KEY or the TLS settings';
  if (/certificate|\bTLS\b/.test(message))
    return 'see TEMPORAL_TLS and what begins with it, or temporal.toml';
  return 'is the server up? check TEMPORAL_ADDRESS; `holdfast dev` starts an embedded one';
}

function grpcCode(error: unknown): number | undefined {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'number') return code;
  return cause === undefined ? undefined : grpcCode(cause);
}

function deepestMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { details } = error as { details?: unknown };
  if (typeof details === 'string' && details !== '') return details;
  return error.cause instanceof Error ? deepestMessage(error.cause) : error.message;
}
