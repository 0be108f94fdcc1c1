/** What JSON can carry. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * The most bytes of JSON that a job's input or result may have. Temporal refuses payloads over
 * 2 MiB; the difference is for the envelope that we put around them.
 */
export const PAYLOAD_LIMIT_BYTES = 2_000_000;

/**
 * The most levels that arrays and objects of an input or a result may be nested. PostgreSQL parses
 * JSON by recursion, and PGlite's stack is a small one.
 */
export const JSON_DEPTH_LIMIT = 1_000;

/** True when arrays and objects are nested more than {@link JSON_DEPTH_LIMIT} levels. */
export function isTooDeep(value: unknown): boolean {
  let level = [value].filter(isContainer);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > JSON_DEPTH_LIMIT) return true;
    level = level.flatMap((container) => Object.values(container).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
