import fc from 'fast-check';
import type { ScheduleDocument } from '../../src/domain/schedule-definition.ts';
import { resolveDefinition } from '../../src/domain/schedule-definition.ts';

const json = fc.jsonValue({ maxDepth: 2 });
const labels = fc.dictionary(fc.constantFrom('gpu', 'zone', 'a.b'), fc.constantFrom('x', 'y'));
const timings = fc.oneof(
  fc.record({ every: fc.constantFrom('5m', '1h', '60m') }),
  fc.record({ cron: fc.constantFrom('0 2 * * *', '*/5 * * * *', '0 9 * * 1') }),
);
const inputs = fc.oneof(
  json.filter((value) => value !== null),
  fc.dictionary(fc.constantFrom('day', 'tenant', '__proto__', 'constructor'), json),
);
const others = fc.record(
  {
    input: inputs,
    timezone: fc.constantFrom('UTC', 'Europe/Berlin'),
    catchUp: fc.constant('latest_only'),
    window: fc.constantFrom('2h', '24h'),
    delay: fc.constantFrom('0s', '3h'),
    dst: fc.record(
      { gap: fc.constant('skip'), overlap: fc.constant('both') },
      { requiredKeys: [] },
    ),
    runTimeout: fc.constantFrom('10s', '1h'),
    heartbeat: fc.constantFrom('2s', '30s', 'lease'),
    retry: fc.record(
      {
        maxAttempts: fc.constantFrom(1, 2, 3),
        backoff: fc.constantFrom([], ['1m'], ['1m', '10m']),
        nonRetryable: fc.constant(['E']),
      },
      { requiredKeys: [] },
    ),
    scopes: fc.constantFrom(['eu'], ['eu', 'us'], 'tenants', { kind: 'tenants', timeout: '9s' }),
    labels,
    staleReentry: fc.boolean(),
    failover: fc.record({ maxAttempts: fc.constantFrom(0, 1) }),
    paused: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** Definitions of a schedule, of which some do not hold. */
export function scheduleDocuments(name = 's'): fc.Arbitrary<ScheduleDocument> {
  const least = fc.record({
    kind: fc.constantFrom('k', 'report'),
    pool: fc.constantFrom('p', 'q'),
  });
  return fc
    .tuple(least, timings, others)
    .map(([a, b, c]) => ({ name, ...a, ...b, ...c }) as unknown as ScheduleDocument);
}

/** True for a definition that could be put on record. */
export function holds(document: ScheduleDocument): boolean {
  try {
    return resolveDefinition(document) !== undefined;
  } catch {
    return false;
  }
}
