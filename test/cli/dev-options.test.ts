import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { embeddedOptions, poolOfNode } from '../../dist/cli/dev-options.js';

const HANDLERS = fileURLToPath(new URL('./fixtures/handlers.mjs', import.meta.url));

test('with nothing named, all servers are embedded, on the ports asked for', () => {
  expect(embeddedOptions({ dataDir: 'd', temporalPort: 0, uiPort: 8000 }, {})).toEqual({
    dataDir: 'd',
    ports: { temporal: 0, webUi: 8000 },
  });
});

test('a server that the environment names is used in place of an embedded one', () => {
  const env = {
    TEMPORAL_ADDRESS: 't:7233',
    TEMPORAL_NAMESPACE: 'team',
    DATABASE_URL: 'postgres://db/x',
  };
  expect(embeddedOptions({ dataDir: 'd' }, env)).toEqual({
    dataDir: 'd',
    namespace: 'team',
    temporal: { address: 't:7233', namespace: 'team' },
    databaseUrl: 'postgres://db/x',
    ports: {},
  });
});

test('without a handler file there is no node, and a pool that is asked for is its own', async () => {
  expect(await poolOfNode({})).toBeUndefined();
  expect(await poolOfNode({ jobs: HANDLERS, pool: 'gpu' })).toBe('gpu');
});

test('a handler file of several pools needs one to be chosen', async () => {
  await expect(poolOfNode({ jobs: HANDLERS })).rejects.toMatchObject({
    code: 'usage',
    message: `--pool: expected one of default, gpu (the pools of ${HANDLERS}), got nothing`,
  });
});
