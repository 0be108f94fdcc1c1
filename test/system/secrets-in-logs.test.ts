import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

const SECRET = 'Xyzzy-4111';
/** Looks like a token of an identity provider. */
const FOREIGN = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2ln';

const HANDLERS = fileURLToPath(new URL('../support/secret-handlers.mjs', import.meta.url));

describe('the logs of a fleet, at their most talkative,', () => {
  let fleet: Fleet;
  let env: Record<string, string>;
  beforeAll(async () => {
    process.env['HOLDFAST_LOG_LEVEL'] = 'trace';
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') }, ['--jobs', HANDLERS]);
    await fleet.startNode('a', ['--jobs', HANDLERS]);
    const { namespace, databaseUrl } = fleet;
    env = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: namespace,
      DATABASE_URL: databaseUrl,
    };
  });
  afterAll(async () => {
    delete process.env['HOLDFAST_LOG_LEVEL'];
    await fleet.stop();
  });

  function submit(then: string, card = SECRET) {
    const input = { card, then };
    return fleet.client.jobs.submit('pay', input, { pool: fleet.pool, id: `pay-${then}` });
  }

  test('hold no input, result or error of a secret kind', async () => {
    expect(await (await submit('return')).result()).toEqual({ paid: SECRET });
    await expect((await submit('throw')).result()).rejects.toMatchObject({
      code: 'job_failed',
      message: 'job pay-throw: it threw PaymentError; the kind is secret',
      details: { name: 'PaymentError', stack: undefined },
    });
    await expect((await submit('die')).result()).rejects.toMatchObject({ code: 'crash_budget' });
    const tooLong = fleet.client.jobs.submit(
      'pay',
      { card: `${SECRET}-and-so-much-more`, then: 'return' },
      { pool: fleet.pool },
    );
    await expect((await tooLong).result()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('card: the schema refuses it; the kind is secret') as string,
    });
    expect(await fleet.logged('paying', { level: 30 })).toMatchObject({ job: 'pay-return' });
    expect(fleet.find('attempt.ended').length).toBeGreaterThan(3);
    expect(told(fleet.lines)).not.toContain(SECRET);
  });

  test('hold none either where the input is refused before it is submitted', async () => {
    const input = JSON.stringify({ card: `${SECRET}-and-so-much-more`, then: 'return' });
    const refused = await runHoldfast(['submit', 'pay', '--jobs', HANDLERS, '--input', input], {
      env,
    });
    expect(refused).toMatchObject({ exitCode: 3 });
    expect(refused.stderr).toContain('card: the schema refuses it');
    expect(refused.stderr + refused.stdout).not.toContain(SECRET);
  });

  test('hold no token and no password', async () => {
    const made = await runHoldfast(['tokens', 'create', 'ci', '--role', 'read'], { env });
    const token = made.stdout.trim();
    const lines: unknown[] = [];
    const { password } = new URL(env['DATABASE_URL']!);
    const api = HoldfastProcess.start({
      args: ['api', '--port', '0', '--log-level', 'trace'],
      env,
      onLog: (line) => lines.push(line),
    });
    try {
      const { url } = await eventually(() =>
        (lines as { msg: string; url: string }[]).find(({ msg }) => msg === 'api.started'),
      );
      for (const given of [token, `${token}x`, FOREIGN]) {
        await fetch(`${url}/v1/nodes?${given}`, { headers: { authorization: `Bearer ${given}` } });
      }
      await eventually(() => (lines as { msg: string }[]).some(({ msg }) => msg === 'api.refused'));
    } finally {
      await api.stop();
    }
    const logged = JSON.stringify([lines, fleet.lines]);
    expect(logged).not.toContain(token);
    expect(logged).not.toContain(FOREIGN);
    if (password !== '') expect(logged).not.toContain(`:${password}@`);
    const wrong = await runHoldfast(['jobs', 'list'], {
      env: { ...env, DATABASE_URL: 'postgres://u:s3cr3t-word@127.0.0.1:1/x' },
    });
    expect(wrong.exitCode).toBe(10);
    expect(wrong.stderr).not.toContain('s3cr3t-word');
  });
});

/** All that lines say, also in base64. */
function told(lines: unknown): string {
  const text = JSON.stringify(lines);
  const encoded = text.match(/[A-Za-z0-9+/_-]{12,}={0,2}/g) ?? [];
  return [text, ...encoded.map((each) => Buffer.from(each, 'base64').toString('latin1'))].join();
}
