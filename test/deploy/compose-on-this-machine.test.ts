import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import getPort from 'get-port';
import { connect } from 'holdfast';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAccess } from '../../dist/client/access.js';
import { buildMissing, serverProgram } from '../../dist/dev/built-programs.js';
import { ensureNamespace } from '../../dist/dev/ensure-namespace.js';
import { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { lowPort } from '../../dist/dev/stack/low-ports.js';
import { runToEnd } from '../../dist/dev/stack/run-to-end.js';
import { startPostgres } from '../../dist/dev/stack/start-postgres.js';
import { sqlToolProgram } from '../../dist/dev/stack/temporal-schema.js';
import { startTetheredServer } from '../../dist/dev/stack/tethered-server.js';
import { eventually } from '../support/eventually.ts';
import { loadCompose, type ComposeService } from './load-compose.ts';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The services of docker-compose.yml, run without their containers: same programs, files, variables. */
describe.runIf(process.env['HOLDFAST_TEST_STACK'] === 'postgres')('docker-compose.yml, run', () => {
  const undo: (() => Promise<unknown>)[] = [];
  let folder: string;
  let services: Readonly<Record<string, ComposeService>>;
  let database: URL;
  let temporal: { readonly address: string };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-compose-'));
    undo.push(() => rm(folder, { recursive: true, force: true }));
    await buildMissing([serverProgram(), sqlToolProgram()], () => undefined);
    const postgres = await startPostgres({ dataDir: folder });
    undo.push(() => postgres.stop());
    database = new URL(postgres.url);
    ({ services } = await loadCompose({ POSTGRES_PASSWORD: database.password }));
    await runSchema();
    // Compose runs it at every start: it changes nothing then.
    await runSchema();
    temporal = await startTemporal();
  }, 300_000);

  afterAll(async () => {
    for (const step of undo.reverse()) await step();
  });

  /** deploy/temporal/schema.sh with the real tool. */
  async function runSchema(): Promise<void> {
    const { command, environment } = services['temporal-schema']!;
    const bin = await mkdtemp(join(folder, 'bin-'));
    await symlink(sqlToolProgram().target, join(bin, 'temporal-sql-tool'));
    await runToEnd(
      { command: command![0]!, args: [root('deploy/temporal/schema.sh')] },
      {
        env: {
          ...environment,
          SQL_HOST: database.hostname,
          SQL_PORT: database.port,
          PATH: `${bin}${delimiter}${process.env['PATH']}`,
        },
      },
    );
  }

  /** What the entry point of the server's image runs: everything is told by the environment. */
  async function startTemporal(): Promise<{ readonly address: string }> {
    const { environment, healthcheck } = services['temporal']!;
    const [port, httpPort] = [await getPort(), await getPort()];
    const ports = ['MATCHING', 'HISTORY', 'WORKER'].map(
      async (name) => [`${name}_GRPC_PORT`, `${await getPort()}`] as const,
    );
    const members = ['FRONTEND', 'MATCHING', 'HISTORY', 'WORKER'].map(
      async (name) => [`${name}_MEMBERSHIP_PORT`, `${await lowPort()}`] as const,
    );
    const health = healthcheck!.test.at(-1)!.replace('7243', `${httpPort}`);
    const server = await startTetheredServer({
      title: 'the Temporal server',
      command: serverProgram().target,
      args: ['start'],
      env: {
        ...environment,
        ...Object.fromEntries(await Promise.all([...ports, ...members])),
        FRONTEND_GRPC_PORT: `${port}`,
        FRONTEND_HTTP_PORT: `${httpPort}`,
        POSTGRES_SEEDS: database.hostname,
        DB_PORT: database.port,
        BIND_ON_IP: '127.0.0.1',
        DYNAMIC_CONFIG_FILE_PATH: root('deploy/temporal/dynamic-config.yaml'),
      },
      logFile: join(folder, 'temporal.log'),
      isReady: () =>
        fetch(health).then(
          ({ ok }) => ok,
          () => false,
        ),
      onLost: () => undefined,
    });
    undo.push(() => server.stop());
    const address = `127.0.0.1:${port}`;
    await ensureNamespace(address, services['orchestrator']!.environment!['TEMPORAL_NAMESPACE']!);
    return { address };
  }

  /** Starts a service, and waits until its own health check says that it is well. Answers the port of the API. */
  async function startService(name: string): Promise<number> {
    const { command, environment, healthcheck } = services[name]!;
    const url = environment!['DATABASE_URL']?.replace('postgres:5432', database.host);
    const healthPort = await getPort();
    const apiPort = await getPort();
    const started = HoldfastProcess.start({
      args: command!.map((word) =>
        word.replace(/^\/jobs\//, root('examples/jobs/')).replace(/^8080$/, `${apiPort}`),
      ),
      env: {
        ...environment,
        TEMPORAL_ADDRESS: temporal.address,
        DATABASE_URL: url,
        HOLDFAST_HEALTH_ADDRESS: `127.0.0.1:${healthPort}`,
      },
    });
    undo.push(() => started.stop());
    const [, program, ...args] = healthcheck!.test;
    const check = args.map((word) =>
      word.replace('9464', `${healthPort}`).replace('8080', `${apiPort}`),
    );
    await eventually(() =>
      runToEnd({ command: program!, args: check }).then(
        () => true,
        () => false,
      ),
    );
    return apiPort;
  }

  it('has settings that the server knows', async () => {
    const file = root('deploy/temporal/dynamic-config.yaml');
    const args = ['validate-dynamic-config', file];
    await runToEnd({ command: serverProgram().target, args });
    const connection = await Connection.connect({ address: temporal.address });
    const { namespaceInfo } = await connection.workflowService.describeNamespace({
      namespace: 'default',
    });
    await connection.close();
    // Off by default; what frontend.enableCancelWorkerPollsOnShutdown switches on.
    expect(namespaceInfo?.capabilities?.workerPollCompleteOnShutdown).toBe(true);
  });

  it('runs jobs on its two nodes, with an orchestrator that makes the ledger', async () => {
    await Promise.all(['orchestrator', 'node-a', 'node-b'].map(startService));
    const { address } = temporal;
    const client = await connect({ temporal: { address }, databaseUrl: database.href });
    undo.push(() => client.close());
    const jobs = await Promise.all(
      Array.from({ length: 20 }, () =>
        client.jobs.submit('hello', { name: 'Ada' }, { pool: 'default' }),
      ),
    );
    const results = await Promise.all(
      jobs.map((job) => job.result() as Promise<{ text: string; node: string }>),
    );
    expect(new Set(results.map(({ text }) => text))).toEqual(new Set(['Hello, Ada']));
    const seen = [...new Set(results.map(({ node }) => node))];
    expect(['node-a', 'node-b']).toEqual(expect.arrayContaining(seen));
  });

  it('serves the REST API to who has a token', async () => {
    const url = `http://127.0.0.1:${await startService('api')}/v1/nodes`;
    expect((await fetch(url)).status).toBe(401);
    const access = await openAccess(database.href);
    undo.push(() => access.close());
    const { token } = await access.createToken('ci', { role: 'read' });
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  });
});
