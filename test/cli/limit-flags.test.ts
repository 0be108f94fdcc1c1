import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { LimitFlags } from '../../src/cli/limit-flags.ts';
import { addLimitOptions, limitsOf } from '../../src/cli/limit-flags.ts';
import { addResourceOption } from '../../src/cli/resource-flags.ts';
import { givenSettings } from '../../src/cli/setting-flags.ts';

function parse(...args: string[]) {
  const command = addLimitOptions(new Command());
  return limitsOf(command.parse(args, { from: 'user' }).opts<LimitFlags>());
}

test('flags say what a job needs and who goes first', () => {
  const flags = ['--resource', 'gb=8', '--resource', 'a=b=2', '--priority', '1', '--slots', '2'];
  const keys = ['--fairness-key', 'tenant', '--deadline', '2h'];
  const limits = ['--concurrency', 'tenant=7=4', '--rate', 'api=10/1s'];
  expect(parse(...flags, ...keys, ...limits)).toEqual({
    resources: { gb: 8, 'a=b': 2 },
    ...{ priority: 1, slots: 2, fairnessKey: 'tenant', deadline: '2h' },
    concurrency: { key: 'tenant=7', limit: 4 },
    rate: { key: 'api', limit: 10, per: '1s' },
  });
  expect(parse()).toEqual({});
});

test('a limit without a key is the kind’s', () => {
  expect(parse('--concurrency', '4', '--rate', '10/500ms')).toEqual({
    concurrency: { limit: 4 },
    rate: { limit: 10, per: '500ms' },
  });
});

test.each([
  [['--resource', 'gb'], '--resource: expected name=number, with a whole number from 1, got "gb"'],
  [['--resource', 'gb=0'], '--resource: expected name=number, with a whole number from 1, got'],
  [['--concurrency', 'x'], '--concurrency: expected key=limit, with a limit from 1, got "x"'],
  [['--concurrency', 'x=0'], '--concurrency: expected key=limit, with a limit from 1, got "x=0"'],
  [['--rate', 'x=1'], '--rate: expected key=limit/time, got "x=1"'],
  [['--rate', '1/soon'], '--rate: expected a duration'],
  [['--priority', '6'], '--priority: expected one of 1, 2, 3, 4, 5, got "6"'],
])('%j is a usage error', (args, message) => {
  expect(() => parse(...args)).toThrow(message);
});

test('an orchestrator is told how much there is, also of what nobody may have', () => {
  const command = addResourceOption(new Command());
  const args = ['--resource', 'db=0', '--resource', 'gpu/gb=64'];
  const flags = command.parse(args, { from: 'user' }).opts();
  expect(givenSettings(flags, ['resources'])).toEqual({ resources: { db: 0, 'gpu/gb': 64 } });
  expect(givenSettings({}, ['resources'])).toEqual({});
});
