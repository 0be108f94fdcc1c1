import { expect, test } from 'vitest';
import { formatDevSummary } from '../../../dist/cli/format/dev-summary.js';

const DEV = {
  pid: 1,
  temporal: { address: '127.0.0.1:7233', namespace: 'default' },
  databaseUrl: 'postgres://127.0.0.1/x',
  webUi: 'http://127.0.0.1:8233',
  dataDir: '/srv/app/.holdfast',
  cwd: '/srv/app',
  node: undefined,
  jobs: undefined,
};

test('it tells where everything is and what to type next', () => {
  const text = formatDevSummary(DEV).join('\n');
  for (const each of ['127.0.0.1:7233, namespace default', DEV.webUi, DEV.databaseUrl]) {
    expect(text).toContain(each);
  }
  expect(text).toContain('in another terminal in this folder:\n  holdfast node ');
  expect(text).toContain('For an application of yours:\n  export TEMPORAL_ADDRESS=');
});

test('where other commands cannot find it, it tells the variables to set', () => {
  const text = formatDevSummary({ ...DEV, dataDir: '/tmp/trial' }).join('\n');
  expect(text).toContain('export TEMPORAL_ADDRESS=127.0.0.1:7233 TEMPORAL_NAMESPACE=default\n');
  expect(text).toContain("export DATABASE_URL='postgres://127.0.0.1/x'\n");
});

test('the lines to type name the handler file and the pool that are there', () => {
  const node = { name: 'dev', pool: 'gpu' };
  const text = formatDevSummary({ ...DEV, node, jobs: 'jobs.mjs' }).join('\n');
  expect(text).toContain('holdfast node --pool gpu --name n2 --jobs jobs.mjs');
  expect(text).toContain('holdfast submit KIND --jobs jobs.mjs');
});
