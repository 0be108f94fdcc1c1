import { expect, it } from 'vitest';
import { orchestratorFindings } from '../../../src/domain/doctor/orchestrator-findings.ts';

const found = (agos: number[], backlogAgeMs = 0) =>
  orchestratorFindings({
    pollers: agos.map((agoMs, index) => ({ identity: `o${index}`, agoMs })),
    backlog: backlogAgeMs === 0 ? 0 : 3,
    backlogAgeMs,
  }).map(({ severity, what }) => `${severity} ${what}`);

it('counts who asked for work lately', () => {
  expect(found([500, 400_000])[0]).toBe('ok 1 orchestrator asked for work within 75 s: o0');
});

it.each([
  [[], /^problem no orchestrator is alive: /],
  [[200_000, 100_000], /^problem no orchestrator is alive; the last one .* 1 min 40 s ago: /],
])('misses those that asked %j ms ago', (agos, words) => {
  expect(found(agos)[0]).toMatch(words);
});

it('tells when they do not keep up', () => {
  expect(found([500], 30_000)[1]).toMatch(
    /^warning .* behind: 3 tasks in their queue, the first for 30\.0 s$/,
  );
});
