import { access, readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../dist/cli/program.js';
import { processTerminal } from '../../dist/cli/terminal.js';
import { SERVER_SETTINGS } from '../../dist/domain/server-settings.js';
import { loadHandlers } from '../../dist/handlers/load-handlers.js';
import { loadCompose, type ComposeService } from './load-compose.ts';

const PASSWORD = 'the-one-password';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { services } = await loadCompose({ POSTGRES_PASSWORD: PASSWORD });
const all = Object.entries(services);
const ours = all.filter(([, service]) => service.build !== undefined);
const nodes = ours.filter(([, { command }]) => command?.[0] === 'node');
const isOneShot = (service: ComposeService): boolean => service.command?.[0] === 'sh';

describe('docker-compose.yml', () => {
  it('has the services of the production shape', () => {
    expect(Object.keys(services).sort()).toEqual([
      'api',
      'node-a',
      'node-b',
      'orchestrator',
      'postgres',
      'temporal',
      'temporal-namespace',
      'temporal-schema',
      'temporal-ui',
    ]);
  });

  it('says what to do when there is no password', async () => {
    const loading = loadCompose({});
    await expect(loading).rejects.toThrow(
      /POSTGRES_PASSWORD is missing a value: copy .env.example/,
    );
    expect(await readFile(root('.env.example'), 'utf8')).toMatch(/^POSTGRES_PASSWORD=$/m);
  });

  it.each(all)('pins the image of %s', (_name, { image, build }) => {
    if (build === undefined) expect(image).toMatch(/^[a-z/-]+:\d+\.\d+[\w.-]*$/);
    expect(image).toMatch(/:(?!latest)/);
    expect(image).not.toContain('auto-setup');
  });

  it.each(all)('starts %s again, and knows whether it is well', (_name, service) => {
    if (isOneShot(service)) {
      expect(service.restart).toMatch(/^on-failure:\d+$/);
      return;
    }
    expect(service.restart).toBe('unless-stopped');
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
  });

  it('waits for one-shot services to end, and for others to be well', () => {
    for (const [, { depends_on: dependsOn = {} }] of all) {
      for (const [name, { condition }] of Object.entries(dependsOn)) {
        const wanted = isOneShot(services[name]!)
          ? 'service_completed_successfully'
          : 'service_healthy';
        expect({ name, condition }).toEqual({ name, condition: wanted });
      }
    }
  });

  it('publishes on loopback only', () => {
    const ports = all.flatMap(([, service]) => service.ports ?? []);
    expect(ports.map(({ host_ip: host }) => host)).toEqual(ports.map(() => '127.0.0.1'));
    expect(ports).toHaveLength(3);
  });

  it('mounts only what is there, and read-only', async () => {
    const mounts = all.flatMap(([, { volumes = [] }]) => volumes);
    for (const { source, read_only: isReadOnly } of mounts.filter(({ type }) => type === 'bind')) {
      await access(root(source));
      expect(isReadOnly).toBe(true);
    }
  });
});

describe('the password', () => {
  it('has one source, and only those have it who talk to PostgreSQL', () => {
    const knowing = all.filter(([, service]) => JSON.stringify(service).includes(PASSWORD));
    const names = knowing.map(([name]) => name).sort();
    expect(names).toEqual(['api', 'orchestrator', 'postgres', 'temporal', 'temporal-schema']);
    for (const [name, value] of all.flatMap(([, each]) => Object.entries(each.environment ?? {}))) {
      if (/PASS|PWD|SECRET|TOKEN/.test(name))
        expect({ name, value }).toEqual({ name, value: PASSWORD });
    }
  });

  it('and the way to PostgreSQL are no business of nodes', () => {
    expect(nodes).toHaveLength(2);
    expect(Object.keys(services['postgres']!.networks)).toEqual(['database']);
    for (const [, node] of nodes) {
      expect(Object.keys(node.networks)).toEqual(['temporal']);
      expect(Object.keys(node.environment ?? {}).sort()).toEqual([
        'HOLDFAST_HEALTH_ADDRESS',
        'HOLDFAST_SPOOL_DIR',
        'TEMPORAL_ADDRESS',
        'TEMPORAL_NAMESPACE',
      ]);
    }
  });
});

describe('what our services are told', () => {
  it.each(ours)('the program understands the command of %s', async (_name, { command }) => {
    const terminal = processTerminal(() => undefined);
    const nowhere = (): void => undefined;
    const program = createProgram(terminal, { writeOut: nowhere, writeErr: nowhere });
    let isUnderstood = false;
    // In place of what the command does.
    for (const each of program.commands) each.action(() => void (isUnderstood = true));
    await program.parseAsync([...command!], { from: 'user' });
    expect(isUnderstood).toBe(true);
  });

  it.each(nodes)('the handler file of %s loads, and is for its pool', async (_name, service) => {
    const command = service.command!;
    const option = (name: string): string => command[command.indexOf(name) + 1]!;
    const [mount] = service.volumes!;
    const handlers = await loadHandlers(
      root(option('--jobs').replace(mount!.target, mount!.source)),
    );
    const pools = [...handlers.values()].map(({ pool }) => pool);
    expect(new Set(pools)).toEqual(new Set([option('--pool')]));
  });

  it('every variable is documented, and read', async () => {
    const pages = ['docs/reference/configuration.md', 'docs/metrics.md'];
    const texts = await Promise.all(pages.map((page) => readFile(root(page), 'utf8')));
    const documented = texts.join('\n');
    const source = await sourceText();
    const names = new Set(ours.flatMap(([, { environment = {} }]) => Object.keys(environment)));
    for (const name of names) {
      expect(documented).toContain(`\`${name}\``);
      expect(source).toContain(name);
    }
  });
});

describe('the settings of the Temporal server', () => {
  it('are those of every server that Holdfast starts', async () => {
    const file = await readFile(root('deploy/temporal/dynamic-config.yaml'), 'utf8');
    const lines = file.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const wanted = Object.entries(SERVER_SETTINGS).map(
      ([name, value]) => `${name}:\n  - value: ${JSON.stringify(value)}`,
    );
    expect(lines.join('\n')).toBe(wanted.join('\n'));
  });

  it('are in a file that it is given', () => {
    const { environment = {}, volumes = [] } = services['temporal']!;
    const { source, target } = volumes[0]!;
    const file = environment['DYNAMIC_CONFIG_FILE_PATH']!;
    expect(file.replace(target, source)).toBe('./deploy/temporal/dynamic-config.yaml');
  });

  it('are of the version that Holdfast builds for itself', async () => {
    const built = await readFile(root('src/dev/built-programs.ts'), 'utf8');
    const version = /server\/cmd\/server@v([\d.]+)/.exec(built)?.[1];
    const ui = /ui-server\/v2\/cmd\/server@v([\d.]+)/.exec(built)?.[1];
    expect(services['temporal']!.image).toBe(`temporalio/server:${version}`);
    expect(services['temporal-ui']!.image).toBe(`temporalio/ui:${ui}`);
    for (const name of ['temporal-schema', 'temporal-namespace']) {
      expect(services[name]!.image).toBe(`temporalio/admin-tools:${version}`);
    }
  });
});

async function sourceText(): Promise<string> {
  const files = await readdir(root('src'), { recursive: true });
  const texts = files
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFile(root(`src/${name}`), 'utf8'));
  return (await Promise.all(texts)).join('\n');
}
