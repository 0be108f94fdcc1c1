import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ManyAnswer, ManyItem } from 'holdfast';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { runHoldfast } from '../cli/run-holdfast.ts';
import { eventually } from '../support/eventually.ts';
import { Fleet } from '../support/fleet.ts';

const COUNT = 1_000;

describe('many jobs', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await Fleet.start({ temporalAddress: inject('temporalAddress') });
    await fleet.startNode('a', ['--slots', '16']);
  });
  afterAll(() => fleet.stop());

  test('are submitted but for the bad ones, each with its answer, and run', async () => {
    const prefix = randomUUID();
    const isBad = (index: number) => index % 100 === 7;
    function* items(): Generator<ManyItem & { readonly pool: string }> {
      for (let index = 0; index < COUNT; index++) {
        const timeout = isBad(index) ? '-1s' : '60s';
        yield { id: `${prefix}-${index}`, input: index, pool: fleet.pool, timeout };
      }
    }
    let progress = { submitted: 0, failed: 0 };
    const answers: ManyAnswer[] = [];
    const onProgress = (now: typeof progress) => (progress = now);
    for await (const answer of fleet.client.jobs.submitMany('echo', items(), { onProgress })) {
      answers.push(answer);
    }
    expect(progress).toEqual({ submitted: COUNT - 10, failed: 10 });
    expect(new Set(answers.map(({ index }) => index)).size).toBe(COUNT);
    for (const answer of answers) {
      const id = `${prefix}-${answer.index}`;
      expect(answer).toMatchObject(
        isBad(answer.index)
          ? { id, error: { code: 'invalid_input' } }
          : { id, generation: 1, isNew: true },
      );
    }
    const good = Array.from({ length: COUNT }, (_, index) => index).filter((n) => !isBad(n));
    const ran = () => new Set(fleet.find('attempt.started').map(({ job }) => job));
    // Bounds a slow machine, not the submits: the log tells without a question to the ledger.
    await eventually(() => {
      const jobs = ran();
      return good.every((n) => jobs.has(`${prefix}-${n}`));
    }, 200_000);
    expect(await fleet.client.jobs.result(`${prefix}-0`)).toMatchObject({ value: 0 });
  }, 240_000);

  test('of a file are answered line by line, and any that failed ends with its code', async () => {
    const id = randomUUID();
    const file = join(fleet.folder, 'jobs.jsonl');
    const lines = [
      JSON.stringify({ id, input: 1 }),
      '',
      '{"id": "half',
      JSON.stringify({ id: `${id}-b`, ipnut: 2 }),
      JSON.stringify({ id, input: 1, dedupe: 'reject' }),
      JSON.stringify({ id: `${id}-c`, input: 3 }),
    ];
    await writeFile(file, lines.join('\n'));
    const env = {
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      TEMPORAL_NAMESPACE: fleet.namespace,
      DATABASE_URL: fleet.databaseUrl,
    };
    await fleet.client.jobs.submit('echo', 0, { id, pool: fleet.pool });
    const args = ['submit', 'echo', '--pool', fleet.pool, '--many', file, '--json'];
    const { exitCode, stdout, stderr } = await runHoldfast(args, { env });
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number })
      .sort((a, b) => a.line - b.line);
    expect(answers).toMatchObject([
      { line: 1, id, generation: 1, isNew: false },
      { line: 3, id: null, error: { code: 'invalid_input' } },
      { line: 4, error: { message: expect.stringContaining('got "ipnut"') as string } },
      { line: 5, id, error: { code: 'job_exists', details: { holder: id } } },
      { line: 6, id: `${id}-c`, isNew: true },
    ]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('3 of 5 jobs were not submitted; the first, line 3: ');
    await writeFile(file, [lines[0], lines[5]].join('\n'));
    const plain = await runHoldfast(args.slice(0, -1), { env });
    expect(plain).toMatchObject({ exitCode: 0, stderr: '' });
    expect(plain.stdout.trimEnd().split('\n').sort()).toEqual([id, `${id}-c`].sort());
  });
});
