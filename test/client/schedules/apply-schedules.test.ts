import { expect, it } from 'vitest';
import { checkSources } from '../../../src/client/schedules/apply-schedules.ts';

const named = (name: string) => ({ name, kind: 'k', pool: 'p', every: '1h' });

it('names both places that give a schedule the same name', () => {
  const sources = [
    { source: 'a.yaml', schedules: [named('one'), named('two')] },
    { source: 'b.yaml', schedules: [named('two')] },
  ];
  expect(() => checkSources(sources)).toThrow(
    'b.yaml.schedules[0].name: expected another name than a.yaml.schedules[1] has, got "two"',
  );
});
