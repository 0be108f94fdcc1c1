import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { removeDevServers, writeDevServers } from '../../dist/cli/dev-servers.js';
import { findConnection, findTemporal } from '../../dist/cli/find-connection.js';
import { temporaryFolder } from './temporary-folder.ts';

const DEV = {
  pid: process.pid,
  temporal: { address: '127.0.0.1:7999', namespace: 'dev' },
  databaseUrl: 'postgres://dev@127.0.0.1:5999/dev',
  webUi: null,
};
const FOUND = { temporal: DEV.temporal, databaseUrl: DEV.databaseUrl };

let root: string;
let cwd: string;

beforeEach(async () => {
  root = await temporaryFolder();
  cwd = join(root, 'below', 'deep');
  await mkdir(join(root, '.holdfast'));
  await mkdir(cwd, { recursive: true });
  await writeDevServers(join(root, '.holdfast'), DEV);
});

test('with nothing given, a holdfast dev of this folder or one above it is found', async () => {
  expect(await findConnection({}, { env: {}, cwd: root })).toEqual(FOUND);
  expect(await findConnection({}, { env: {}, cwd })).toEqual(FOUND);
  expect(await findTemporal({}, { env: {}, cwd })).toEqual(DEV.temporal);
});

test('empty variables count as not given', async () => {
  const env = { TEMPORAL_ADDRESS: '', DATABASE_URL: '' };
  expect(await findConnection({}, { env, cwd })).toEqual(FOUND);
});

test('after a holdfast dev has stopped, nothing is found', async () => {
  await removeDevServers(join(root, '.holdfast'));
  expect(await findConnection({}, { env: {}, cwd })).toEqual({ temporal: {} });
});

test.each([
  ['of a process that is gone', JSON.stringify({ ...DEV, pid: 2 ** 30 })],
  ['that is not JSON', '{"pid":'],
  ['without a process', '{}'],
])('a dev.json %s is left aside', async (_what, content) => {
  await writeFile(join(root, '.holdfast', 'dev.json'), content);
  expect(await findConnection({}, { env: {}, cwd })).toEqual({ temporal: {} });
});

test('the nearest holdfast dev counts, and one that is gone hides none above it', async () => {
  const near = join(root, 'below', '.holdfast');
  await mkdir(near);
  await writeDevServers(near, { ...DEV, databaseUrl: 'postgres://near' });
  expect(await findConnection({}, { env: {}, cwd })).toMatchObject({
    databaseUrl: 'postgres://near',
  });
  await writeDevServers(near, { ...DEV, pid: 2 ** 30 });
  expect(await findConnection({}, { env: {}, cwd })).toEqual(FOUND);
});

test('options win over the environment, and both over a holdfast dev', async () => {
  const env = { TEMPORAL_ADDRESS: 'env:1', DATABASE_URL: 'postgres://env' };
  expect(await findConnection({}, { env, cwd })).toEqual({
    temporal: { address: 'env:1' },
    databaseUrl: 'postgres://env',
  });
  const flags = { temporalAddress: 'flag:1', namespace: 'n', databaseUrl: 'postgres://flag' };
  expect(await findConnection(flags, { env, cwd })).toEqual({
    temporal: { address: 'flag:1', namespace: 'n' },
    databaseUrl: 'postgres://flag',
  });
});

test('a holdfast dev is never mixed with another server', async () => {
  const otherTemporal = { TEMPORAL_ADDRESS: 'prod:7233' };
  expect(await findConnection({}, { env: otherTemporal, cwd })).toEqual({
    temporal: { address: 'prod:7233' },
  });
  const otherLedger = { DATABASE_URL: 'postgres://prod' };
  expect(await findConnection({}, { env: otherLedger, cwd })).toEqual({
    temporal: {},
    databaseUrl: 'postgres://prod',
  });
});

test('it is used where what is given is its own', async () => {
  const env = { DATABASE_URL: DEV.databaseUrl };
  expect(await findConnection({}, { env, cwd })).toEqual(FOUND);
});

test('a namespace may be asked of it', async () => {
  expect(await findConnection({ namespace: 'n' }, { env: {}, cwd })).toEqual({
    temporal: { address: DEV.temporal.address, namespace: 'n' },
    databaseUrl: DEV.databaseUrl,
  });
});

test('a node, which needs no ledger, does not mind another DATABASE_URL', async () => {
  const env = { DATABASE_URL: 'postgres://prod' };
  expect(await findTemporal({}, { env, cwd })).toEqual(DEV.temporal);
});
