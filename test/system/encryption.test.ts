import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { connect } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { generateKey } from '../../dist/codec/keyring.js';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

const FILE = 'HOLDFAST_ENCRYPTION_KEYS_FILE';
const SECRET = 'the-card-4111-1111';
const [K1, K2] = [generateKey('k1'), generateKey('k2')];

describe('a fleet whose payloads are encrypted', () => {
  let folder: string;
  let keys: string;
  let fleet: Fleet;
  let temporal: Connection;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-encryption-'));
    keys = join(folder, 'keys.txt');
    await writeFile(keys, K1);
    process.env[FILE] = keys;
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    temporal = await Connection.connect({ address: inject('temporalAddress') });
  });
  afterAll(async () => {
    delete process.env[FILE];
    await temporal.close();
    await fleet.stop();
    await rm(folder, { recursive: true });
  });

  /** A process that has no keys. */
  async function withoutKeys<Result>(start: () => Promise<Result>): Promise<Result> {
    delete process.env[FILE];
    try {
      return await start();
    } finally {
      process.env[FILE] = keys;
    }
  }

  function submit(kind: string, input: unknown, id: string) {
    return fleet.client.jobs.submit(kind, input, { pool: fleet.pool, id });
  }

  /** All that Temporal stores of a job, as text. */
  async function storedOf(id: string): Promise<string> {
    const client = new Client({ connection: temporal, namespace: fleet.namespace });
    const { events } = await client.workflow.getHandle(`job/${id}`).fetchHistory();
    return textIn(events);
  }

  async function commandWithoutKeys(args: string[]) {
    const { namespace, databaseUrl } = fleet;
    const env = { TEMPORAL_NAMESPACE: namespace, DATABASE_URL: databaseUrl, [FILE]: '' };
    const address = inject('temporalAddress');
    return runHoldfast(args, { env: { ...env, TEMPORAL_ADDRESS: address } });
  }

  test('loses no job to a node without the keys, which says what it lacks', async () => {
    await withoutKeys(() => fleet.startNode('keyless'));
    const job = await submit('echo', { card: SECRET }, 'first');
    const alert = await fleet.logged('alert.raised', { alert: 'payload_unreadable' });
    expect(alert).toMatchObject({
      from: 'keyless',
      code: 'encryption_key_missing',
      why: 'a payload is encrypted by the key "k1", this process has no key at all',
    });
    await fleet.startNode('a');
    expect(await job.result()).toMatchObject({ value: { card: SECRET }, node: 'a', epoch: 1 });
    expect(await job.get()).toMatchObject({ attemptCount: 1, failoverCount: 0 });
    await fleet.stopNodes();
  });

  test('leaves nothing readable in Temporal: not an input, a result, a failure or a story', async () => {
    await fleet.startNode('a');
    const failing = await submit('fail-on', { node: 'a', text: SECRET }, 'failing');
    await expect(failing.result()).rejects.toMatchObject({ code: 'job_failed' });
    const stored = `${await storedOf('first')}${await storedOf('failing')}`;
    expect(stored).toContain('binary/encrypted');
    expect(stored).not.toContain('4111');
    expect(stored).not.toContain('not on a');
  });

  test('is read by whoever has the keys, and by nobody else', async () => {
    const story = await fleet.client.jobs.explain('failing');
    const told = JSON.stringify(story);
    expect(told).toContain('submitted');
    expect(told).toMatch(/fails on node a: .*not on a/);
    const shown = await commandWithoutKeys(['jobs', 'explain', 'failing']);
    expect(shown.stderr).toContain('encrypted by the key "k1", this process has no key at all');
    expect(shown.exitCode).toBe(18);
  });

  test('goes on where an orchestrator without the keys left work lying', async () => {
    await fleet.orchestrator.stop();
    const keyless = await withoutKeys(() => fleet.startOrchestrator());
    const job = await submit('echo', SECRET, 'left-lying');
    const from = 'orchestrator-1';
    await fleet.logged('alert.raised', { alert: 'payload_unreadable', from });
    await keyless.stop();
    await fleet.startOrchestrator();
    expect(await job.result()).toMatchObject({ value: SECRET });
  });

  test('rotates its keys while it runs: new payloads by the new one, old ones still readable', async () => {
    await writeFile(keys, `${K2}\n${K1}\n`);
    await eventually(async () => {
      const id = `rotated-${Math.round(performance.now())}`;
      await (await submit('echo', id, id)).result();
      const stored = await storedOf(id);
      return /^k2$/m.test(stored) && !/^k1$/m.test(stored);
    });
    expect(JSON.stringify(await fleet.client.jobs.explain('first'))).toContain(
      'succeeds on node a',
    );
    const newOnly = await withoutKeys(() =>
      connect({
        temporal: {
          address: inject('temporalAddress'),
          namespace: fleet.namespace,
          encryptionKeys: K2,
        },
        databaseUrl: fleet.databaseUrl,
      }),
    );
    await expect(newOnly.jobs.explain('first')).rejects.toMatchObject({
      code: 'encryption_key_missing',
      message: 'a payload is encrypted by the key "k1", this process has only k2',
    });
    await newOnly.close();
  });
});

/** All texts and bytes in a value, as the server keeps them. */
function textIn(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(textIn).join('\n');
}
