import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { removeDevServers, writeDevServers } from '../../dist/cli/dev-servers.js';
import type { ConnectionFlags } from '../../dist/cli/find-connection.js';
import { findConnection, findTemporal } from '../../dist/cli/find-connection.js';
import type { Terminal } from '../../dist/cli/terminal.js';
import { temporaryFolder } from './temporary-folder.ts';

const DEV = {
  pid: process.pid,
  temporal: { address: '127.0.0.1:7999', namespace: 'dev' },
  databaseUrl: 'postgres://dev@127.0.0.1:5999/dev',
  webUi: null,
};
const FOUND = {
  temporal: { ...DEV.temporal, profile: undefined },
  database: { url: DEV.databaseUrl },
};
const NOTHING = { address: undefined, namespace: undefined, profile: undefined };

async function found(flags: ConnectionFlags, place: Pick<Terminal, 'env' | 'cwd'>) {
  const { temporal, database } = (await findConnection(flags, place)).config;
  return { temporal, database };
}

const foundTemporal = async (place: Pick<Terminal, 'env' | 'cwd'>) =>
  (await findTemporal({}, place)).config.temporal;

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
  expect(await found({}, { env: {}, cwd: root })).toEqual(FOUND);
  expect(await found({}, { env: {}, cwd })).toEqual(FOUND);
  expect(await foundTemporal({ env: {}, cwd })).toEqual(FOUND.temporal);
});

test('empty variables count as not given', async () => {
  const env = { TEMPORAL_ADDRESS: '', DATABASE_URL: '' };
  expect(await found({}, { env, cwd })).toEqual(FOUND);
});

test('after a holdfast dev has stopped, nothing is found', async () => {
  await removeDevServers(join(root, '.holdfast'));
  expect(await found({}, { env: {}, cwd })).toEqual({
    temporal: NOTHING,
    database: { url: undefined },
  });
});

test.each([
  ['of a process that is gone', JSON.stringify({ ...DEV, pid: 2 ** 30 })],
  ['that is not JSON', '{"pid":'],
  ['without a process', '{}'],
])('a dev.json %s is left aside', async (_what, content) => {
  await writeFile(join(root, '.holdfast', 'dev.json'), content);
  expect(await found({}, { env: {}, cwd })).toEqual({
    temporal: NOTHING,
    database: { url: undefined },
  });
});

test('the nearest holdfast dev counts, and one that is gone hides none above it', async () => {
  const near = join(root, 'below', '.holdfast');
  await mkdir(near);
  await writeDevServers(near, { ...DEV, databaseUrl: 'postgres://near' });
  expect(await found({}, { env: {}, cwd })).toMatchObject({
    database: { url: 'postgres://near' },
  });
  await writeDevServers(near, { ...DEV, pid: 2 ** 30 });
  expect(await found({}, { env: {}, cwd })).toEqual(FOUND);
});

test('options win over the environment, and both over a holdfast dev', async () => {
  const env = { TEMPORAL_ADDRESS: 'env:1', DATABASE_URL: 'postgres://env' };
  expect(await found({}, { env, cwd })).toEqual({
    temporal: { ...NOTHING, address: 'env:1' },
    database: { url: 'postgres://env' },
  });
  const flags = { temporalAddress: 'flag:1', namespace: 'n', databaseUrl: 'postgres://flag' };
  expect(await found(flags, { env, cwd })).toEqual({
    temporal: { ...NOTHING, address: 'flag:1', namespace: 'n' },
    database: { url: 'postgres://flag' },
  });
});

test('a holdfast dev is never mixed with another server', async () => {
  const otherTemporal = { TEMPORAL_ADDRESS: 'prod:7233' };
  expect(await found({}, { env: otherTemporal, cwd })).toEqual({
    temporal: { ...NOTHING, address: 'prod:7233' },
    database: { url: undefined },
  });
  const otherLedger = { DATABASE_URL: 'postgres://prod' };
  expect(await found({}, { env: otherLedger, cwd })).toEqual({
    temporal: NOTHING,
    database: { url: 'postgres://prod' },
  });
});

test('it is used where what is given is its own', async () => {
  const env = { DATABASE_URL: DEV.databaseUrl };
  expect(await found({}, { env, cwd })).toEqual(FOUND);
});

test('a namespace may be asked of it', async () => {
  expect(await found({ namespace: 'n' }, { env: {}, cwd })).toEqual({
    temporal: { ...NOTHING, address: DEV.temporal.address, namespace: 'n' },
    database: { url: DEV.databaseUrl },
  });
});

test('a node, which needs no ledger, does not mind another DATABASE_URL', async () => {
  const env = { DATABASE_URL: 'postgres://prod' };
  expect(await foundTemporal({ env, cwd })).toEqual(FOUND.temporal);
});

describe('a holdfast.yaml', () => {
  const FILE = 'temporal: {address: "file:1"}\ndatabase: {url: "postgres://file"}\n';
  const OF_FILE = {
    temporal: { ...NOTHING, address: 'file:1' },
    database: { url: 'postgres://file' },
  };
  beforeEach(() => writeFile(join(root, 'holdfast.yaml'), FILE));

  test('that was found comes after a holdfast dev that runs here', async () => {
    expect(await found({}, { env: {}, cwd })).toEqual(FOUND);
    await removeDevServers(join(root, '.holdfast'));
    expect(await found({}, { env: {}, cwd })).toEqual(OF_FILE);
  });

  test('that is named comes before it', async () => {
    expect(await found({ config: '../../holdfast.yaml' }, { env: {}, cwd })).toEqual(OF_FILE);
    const env = { HOLDFAST_CONFIG: join(root, 'holdfast.yaml') };
    expect(await found({}, { env, cwd })).toEqual(OF_FILE);
  });

  test('comes after the environment', async () => {
    await removeDevServers(join(root, '.holdfast'));
    const env = { DATABASE_URL: 'postgres://env' };
    expect((await found({}, { env, cwd })).database.url).toBe('postgres://env');
  });
});
