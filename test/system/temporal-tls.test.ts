import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { Fleet } from '../support/fleet.ts';
import type { Certificate } from '../support/tls-front.ts';
import { Authority, TlsFront } from '../support/tls-front.ts';

const VARIABLES = [
  'TEMPORAL_TLS',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_CONFIG_FILE',
];

/** What takes them from a process. */
const UNSET = Object.fromEntries(VARIABLES.map((name) => [name, undefined]));

describe('a Temporal that is behind mutual TLS', () => {
  let folder: string;
  let ours: Authority;
  let other: Authority;
  let client: Certificate;
  let front: TlsFront;
  let expired: TlsFront;
  let fleet: Fleet;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-tls-'));
    ours = new Authority(folder, 'ours');
    other = new Authority(folder, 'other');
    client = ours.issue('client');
    front = await startFront(ours.issue('server'));
    expired = await startFront(ours.issue('expired-server', -1));
    Object.assign(process.env, trusting(ours.root), presenting(client));
    fleet = await Fleet.start({
      temporalAddress: front.address,
      setUpAt: inject('temporalAddress'),
    });
  });
  afterAll(async () => {
    await fleet.stop();
    for (const name of VARIABLES) delete process.env[name];
    front.stop();
    expired.stop();
    await rm(folder, { recursive: true });
  });

  async function startFront({ cert, key }: Certificate): Promise<TlsFront> {
    return TlsFront.start(inject('temporalAddress'), {
      cert: await readFile(cert),
      key: await readFile(key),
      ca: await readFile(ours.root.cert),
      requestCert: true,
      rejectUnauthorized: true,
    });
  }

  function trusting({ cert }: Certificate): Record<string, string> {
    return { TEMPORAL_TLS: 'true', TEMPORAL_TLS_SERVER_CA_CERT_PATH: cert };
  }

  function presenting({ cert, key }: Certificate): Record<string, string> {
    return { TEMPORAL_TLS_CLIENT_CERT_PATH: cert, TEMPORAL_TLS_CLIENT_KEY_PATH: key };
  }

  test('runs jobs: client, orchestrator, node and command line use the same settings', async () => {
    await fleet.startNode('a');
    const job = await fleet.client.jobs.submit('echo', 'hello', { pool: fleet.pool, id: 'tls' });
    expect(await job.result()).toMatchObject({ value: 'hello', node: 'a' });
    const { namespace, databaseUrl } = fleet;
    const env = {
      TEMPORAL_ADDRESS: front.address,
      TEMPORAL_NAMESPACE: namespace,
      DATABASE_URL: databaseUrl,
    };
    expect(await runHoldfast(['jobs', 'explain', 'tls'], { env })).toMatchObject({ exitCode: 0 });
  });

  test('is found by temporal.toml as well', async () => {
    const file = join(folder, 'temporal.toml');
    await writeFile(
      file,
      `[profile.default]
address = "${front.address}"
namespace = "${fleet.namespace}"
[profile.default.tls]
server_ca_cert_path = "${ours.root.cert}"
client_cert_path = "${client.cert}"
client_key_path = "${client.key}"
`,
    );
    const env = { ...UNSET, TEMPORAL_CONFIG_FILE: file, DATABASE_URL: fleet.databaseUrl };
    const ended = await runHoldfast(['jobs', 'explain', 'tls'], { env });
    expect(ended).toMatchObject({ exitCode: 0 });
  });

  /** What a client and a node are told: their connections are of two kinds. */
  async function told(address: string, settings: Readonly<Record<string, string>>) {
    const { namespace, databaseUrl } = fleet;
    const env = {
      ...{ ...UNSET, ...settings },
      ...{ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, DATABASE_URL: databaseUrl },
    };
    const node = ['node', '--pool', 'p', '--name', 'n', '--jobs', 'test/support/few-handlers.mjs'];
    return Promise.all([
      runHoldfast(['jobs', 'explain', 'tls'], { env }),
      runHoldfast([...node, '--log-level', 'silent'], { env }),
    ]);
  }

  test('says why there is no connection', async () => {
    const stranger = other.issue('stranger');
    const cases: [string, Record<string, string>, string][] = [
      [
        expired.address,
        { ...trusting(ours.root), ...presenting(client) },
        'the certificate of the server has expired',
      ],
      [
        front.address,
        { ...trusting(other.root), ...presenting(client) },
        'the certificate of the server is of no authority that we trust',
      ],
      [front.address, trusting(ours.root), 'the server asks for a client certificate'],
      [
        front.address,
        { ...trusting(ours.root), ...presenting(stranger) },
        'the server does not accept our client certificate',
      ],
      [front.address, {}, 'the server speaks TLS only; set TEMPORAL_TLS=true'],
      [inject('temporalAddress'), trusting(ours.root), 'the server does not speak TLS'],
    ];
    await Promise.all(
      cases.map(async ([address, settings, reason]) => {
        for (const { exitCode, stderr } of await told(address, settings)) {
          expect(stderr).toContain(reason);
          expect(exitCode).toBe(9);
        }
      }),
    );
  });

  test('a certificate that is no file is an error of the settings', async () => {
    process.env['TEMPORAL_TLS_SERVER_CA_CERT_PATH'] = join(folder, 'none.pem');
    await expect(connect({ databaseUrl: fleet.databaseUrl })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('none.pem') as string,
    });
    process.env['TEMPORAL_TLS_SERVER_CA_CERT_PATH'] = ours.root.cert;
  });
});
