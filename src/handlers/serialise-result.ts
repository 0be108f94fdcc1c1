import { HoldfastError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { isTooDeep, JSON_DEPTH_LIMIT, PAYLOAD_LIMIT_BYTES } from '../domain/json.ts';

/**
 * What a handler returned, as JSON brings it back: dates become texts, `undefined` becomes null.
 *
 * @throws HoldfastError `result_not_serialisable` (a cycle, a BigInt, a function, too deep) or
 *   `result_too_large` (over {@link PAYLOAD_LIMIT_BYTES})
 */
export function serialiseResult(kind: string, value: unknown): Json {
  if (value === undefined) return null;
  const text = toJson(kind, value);
  const bytes = Buffer.byteLength(text);
  if (bytes <= PAYLOAD_LIMIT_BYTES) return checkDepth(kind, JSON.parse(text) as Json);
  throw new HoldfastError(
    'result_too_large',
    `the result of ${kind} is ${bytes} bytes of JSON; the limit is ${PAYLOAD_LIMIT_BYTES}`,
    {
      hint: 'store the data elsewhere and return where it is',
      details: { bytes, limitBytes: PAYLOAD_LIMIT_BYTES },
    },
  );
}

function checkDepth(kind: string, result: Json): Json {
  if (isTooDeep(result)) throw tooDeep(kind);
  return result;
}

function tooDeep(kind: string): HoldfastError {
  return new HoldfastError(
    'result_not_serialisable',
    `the result of ${kind} is nested more than ${JSON_DEPTH_LIMIT} levels`,
    { hint: 'return a flatter value' },
  );
}

function toJson(kind: string, value: unknown): string {
  const hint = 'return plain objects, arrays, texts, numbers and booleans';
  try {
    const text = JSON.stringify(value) as string | undefined;
    if (text !== undefined) return text;
  } catch (error) {
    // The stack overflowed: on newer Node versions such a value comes through, and is refused later.
    if (error instanceof RangeError && /call stack/.test(error.message)) throw tooDeep(kind);
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new HoldfastError('result_not_serialisable', `the result of ${kind}: ${why}`, { hint });
  }
  throw new HoldfastError(
    'result_not_serialisable',
    `the result of ${kind} is a ${typeof value}, which JSON cannot carry`,
    { hint },
  );
}
