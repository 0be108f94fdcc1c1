import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dynamicConfigArguments, dynamicConfigFile } from '../../dist/dev/server-settings.js';
import { temporalLaunch } from '../../dist/dev/temporal-launch.js';
import { temporaryFolder } from './support.ts';

const PLACE = { namespace: 'mine', port: 17_233, webUiPort: 18_233 };

describe('the launch of a Temporal server', () => {
  it('gives the command line ports, namespace, file and settings', async () => {
    const place = { ...PLACE, dataDir: '/data' };
    const cli = { kind: 'cli', path: '/bin/temporal', way: 'path' } as const;
    const { command, args } = await temporalLaunch(cli, place);
    const text = args.join(' ');
    expect(command).toBe('/bin/temporal');
    expect(text).toMatch(/^server start-dev --ip 127\.0\.0\.1 --port 17233 --ui-port 18233 /);
    expect(text).toContain('--namespace mine --db-filename /data/temporal.db');
    expect(text).toContain(dynamicConfigArguments().join(' '));
    const headless = await temporalLaunch(cli, { ...place, webUiPort: undefined });
    expect(headless.args).toContain('--headless');
  });

  it('writes the bare server its files, all on the loopback interface and on a file', async () => {
    const dataDir = await temporaryFolder();
    const server = { kind: 'server', path: '/bin/server', way: 'build' } as const;
    const { args, env } = await temporalLaunch(server, { ...PLACE, dataDir });
    expect(env).toEqual({ GOGC: '400' });
    expect(args).toEqual([
      '--config-file',
      join(dataDir, 'temporal.yaml'),
      '--allow-no-auth',
      'start',
    ]);
    expect(await readFile(join(dataDir, 'dynamic.yaml'), 'utf8')).toBe(dynamicConfigFile());
    const config = JSON.parse(await readFile(join(dataDir, 'temporal.yaml'), 'utf8')) as {
      services: Record<string, { rpc: Record<string, unknown> }>;
      persistence: { datastores: Record<string, { sql: Record<string, unknown> }> };
    };
    const services = Object.values(config.services).map(({ rpc }) => rpc);
    expect(services.map((rpc) => rpc['bindOnLocalHost'])).toEqual([true, true, true, true]);
    const ports = services.flatMap((rpc) => [rpc['grpcPort'], rpc['membershipPort']]);
    expect(new Set(ports).size).toBe(8);
    expect(ports).toContain(17_233);
    for (const { sql } of Object.values(config.persistence.datastores)) {
      expect(sql).toMatchObject({ databaseName: join(dataDir, 'temporal.db') });
    }
  });
});
