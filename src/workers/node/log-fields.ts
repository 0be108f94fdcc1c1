import { inspect } from 'node:util';
import type { Json } from '../../domain/json.ts';

/**
 * A handler's log fields as JSON, so that any of them can leave its thread and be written.
 * Errors keep type, message and stack; what JSON cannot carry becomes text. Never throws.
 */
export function logFields(fields: Record<string, unknown> | undefined): Record<string, Json> {
  if (fields === undefined) return {};
  try {
    const json = JSON.stringify({ ...fields }, (_key, value: unknown) => carriable(value));
    return JSON.parse(json) as Record<string, Json>;
  } catch {
    // A cycle, or a getter that throws.
    return { fields: inspect(fields, { depth: 2 }).slice(0, 2_000) };
  }
}

function carriable(value: unknown): unknown {
  if (value instanceof Error) {
    return { type: value.name, message: value.message, stack: value.stack };
  }
  return typeof value === 'bigint' || typeof value === 'symbol' ? String(value) : value;
}
