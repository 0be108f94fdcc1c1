import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { JOB_DEFAULTS } from '../../src/domain/job-spec.ts';
import { JOB_WORKFLOW, STATUS_QUERY } from '../../src/domain/messages.ts';
import { ORCHESTRATOR_QUEUE } from '../../src/domain/queues.ts';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.ts';

const page = await readFile(new URL('../../docs/contract.md', import.meta.url), 'utf8');

/** Field and default of each row of the table with four columns: the request. */
const documented = page
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
  .filter((cells) => cells.length === 6)
  .map(([, field, , byDefault]) => [field, byDefault]);

test('docs/contract.md has the defaults of the request as the code has them', () => {
  const { timeoutMs, heartbeatMs, failover, retry } = JOB_DEFAULTS;
  expect(Object.fromEntries(documented)).toMatchObject({
    timeoutMs: String(timeoutMs),
    heartbeatMs: String(heartbeatMs),
    'failover.maxAttempts': String(failover.maxAttempts),
    'retry.maxAttempts': String(retry.maxAttempts),
    'retry.initialMs': String(retry.initialMs),
    'retry.maxMs': String(retry.maxMs),
    'retry.nonRetryable': JSON.stringify(retry.nonRetryable),
  });
});

test.each([
  ['workflow type', JOB_WORKFLOW],
  ['task queue', ORCHESTRATOR_QUEUE],
])('docs/contract.md has the %s', (option, value) => {
  expect(page).toMatch(new RegExp(`\\| ${option} +\\| \`${value}\``));
});

test.each([...Object.values(SEARCH_ATTRIBUTES), STATUS_QUERY])(
  'docs/contract.md names %s',
  (name) => {
    expect(page).toContain(`\`${name}\``);
  },
);
