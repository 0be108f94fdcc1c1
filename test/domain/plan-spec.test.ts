import { describe, expect, it } from 'vitest';
import { resolvePlanSpec } from '../../src/domain/plan-spec.ts';

const HOUR = 3_600_000;

describe('resolvePlanSpec', () => {
  it('fills in every default', () => {
    expect(resolvePlanSpec({ every: '5m' }, 'spec')).toEqual({
      timing: { kind: 'every', everyMs: 300_000 },
      timezone: 'UTC',
      delayMs: 0,
      catchUp: 'latest_only',
      windowMs: 24 * HOUR,
      maxPlansPerTick: 0,
      dst: { gap: 'run-after', overlap: 'first' },
      compat: undefined,
    });
  });

  it('keeps all that is given', () => {
    const given = {
      cron: '0 9 * * *',
      timezone: 'Europe/London',
      delay: '90s',
      catchUp: 'every_plan',
      window: '2d',
      maxPlansPerTick: 4,
      dst: { gap: 'skip', overlap: 'both' },
      compat: 'multica',
    };
    const { cron, delay, window, ...rest } = given;
    expect([delay, window]).toEqual(['90s', '2d']);
    expect(resolvePlanSpec(given, 'spec')).toEqual({
      timing: { kind: 'cron', cron },
      delayMs: 90_000,
      windowMs: 48 * HOUR,
      ...rest,
    });
  });

  it('takes null for left out', () => {
    const { every, ...others } = {
      every: '5m',
      cron: null,
      timezone: null,
      delay: null,
      catchUp: null,
      window: null,
      maxPlansPerTick: null,
      dst: { gap: null },
      compat: null,
    };
    expect(resolvePlanSpec({ every, ...others }, 'spec')).toEqual(
      resolvePlanSpec({ every }, 'spec'),
    );
  });

  it('takes a limit of plans in every mode', () => {
    const spec = { every: '5m', catchUp: 'latest_only' };
    for (const maxPlansPerTick of [0, 1, 4]) {
      expect(resolvePlanSpec({ ...spec, maxPlansPerTick }, 'spec')).toMatchObject({
        maxPlansPerTick,
      });
    }
  });

  it('waives the rule of window and delay with compat multica', () => {
    const spec = { every: '5m', delay: '2h', window: '0s', compat: 'multica' };
    expect(resolvePlanSpec(spec, 'spec')).toMatchObject({ delayMs: 2 * HOUR, windowMs: 0 });
  });

  const duration = 'a duration such as "30s", "5m", "1h" or "7d"';
  it.each([
    [{}, 'spec: expected "every" or "cron", got nothing'],
    [{ every: '5m', cron: '@daily' }, 'spec: expected one of "every" and "cron", got "both"'],
    [{ every: '0m' }, 'spec.every: expected a cadence longer than 0, got "0m"'],
    [{ every: '500ms' }, `spec.every: expected ${duration}, got "500ms"`],
    [{ every: 300 }, `spec.every: expected ${duration}, got 300`],
    [{ every: '-5m' }, `spec.every: expected ${duration}, got "-5m"`],
    [{ every: '5m', delay: '1.5h' }, `spec.delay: expected ${duration}, got "1.5h"`],
    [{ every: '5m', window: '1w' }, `spec.window: expected ${duration}, got "1w"`],
    [{ cron: 5 }, 'spec.cron: expected a text, got 5'],
    [{ every: '5m', timezone: 5 }, 'spec.timezone: expected a text, got 5'],
    [
      { every: '5m', catchUp: 'all' },
      'spec.catchUp: expected "latest_only" or "every_plan", got "all"',
    ],
    [
      { every: '5m', catchUp: 'every_plan' },
      'spec.maxPlansPerTick: expected at least 1, as "every_plan" needs, got nothing',
    ],
    [
      { every: '5m', catchUp: 'every_plan', maxPlansPerTick: 0, compat: 'multica' },
      'spec.maxPlansPerTick: expected at least 1, as "every_plan" needs, got 0',
    ],
    [
      { every: '5m', maxPlansPerTick: -1 },
      'spec.maxPlansPerTick: expected a whole number from 0, got -1',
    ],
    [
      { every: '5m', maxPlansPerTick: 1_000_001 },
      'spec.maxPlansPerTick: expected at most 1000000, got 1000001',
    ],
    [
      { every: '5m', delay: '1h', window: '1h' },
      'spec.window: expected longer than the delay, "1h", got "1h"',
    ],
    [
      { every: '5m', delay: '24h' },
      'spec.window: expected longer than the delay, "24h", got "24h"',
    ],
    [
      { every: '5m', dst: { gap: 'run' } },
      'spec.dst.gap: expected "run-after" or "skip", got "run"',
    ],
    [
      { every: '5m', dst: { overlap: 'last' } },
      'spec.dst.overlap: expected "first" or "both", got "last"',
    ],
    [{ every: '5m', dst: [] }, 'spec.dst: expected an object, got []'],
    [{ every: '5m', dst: { gaps: 1 } }, 'spec.dst.gaps: expected no field but gap, overlap'],
    [{ every: '5m', compat: 'quartz' }, 'spec.compat: expected "multica", got "quartz"'],
    [{ evry: '5m' }, 'spec.evry: expected no field but every, cron, '],
    [JSON.parse('{"__proto__":1}'), 'spec.__proto__: expected no field but every, cron, '],
    [[], 'spec: expected an object, got []'],
    [undefined, 'spec: expected an object, got nothing'],
  ] as [unknown, string][])('refuses %j, naming the field', (value, message) => {
    expect(() => resolvePlanSpec(value, 'spec')).toThrow(message);
  });
});
