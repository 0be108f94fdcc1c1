import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineJob } from '../../src/handlers/define-job.ts';
import { handlersOf, loadHandlers } from '../../src/handlers/load-handlers.ts';

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
const kindsOf = async (name: string) => [...(await loadHandlers(fixture(name))).keys()].sort();

const job = (kind: string) =>
  defineJob({ kind, pool: 'test', input: z.unknown(), run: () => undefined });

describe('loadHandlers', () => {
  it.each([
    ['named exports and the default one', 'two-jobs.mjs', ['greet', 'part']],
    ['an exported array', 'array.mjs', ['a', 'b']],
    ['a CommonJS module', 'common.cjs', ['greet']],
    ['a CommonJS module that is an array', 'common-array.cjs', ['a', 'b']],
    ['one definition under several names once', 'same-job-twice.mjs', ['greet']],
  ])('collects %s and skips whatever else is exported', async (_, name, kinds) => {
    expect(await kindsOf(name)).toEqual(kinds);
  });

  it('loads TypeScript as it is, with what that imports', async () => {
    const greet = (await loadHandlers(fixture('typed.ts'))).get('greet');
    expect(greet).toMatchObject({ kind: 'greet', pool: 'test' });
    expect(await greet?.run({ name: 'Ada' }, {} as never)).toEqual({ text: 'Hello, Ada' });
  });

  it('takes a path relative to the working directory', async () => {
    const handlers = await loadHandlers('test/handlers/fixtures/two-jobs.mjs');
    expect(handlers.size).toBe(2);
  });

  it.each([
    ['is missing', 'not-there.mjs'],
    ['is a folder', '.'],
  ])('refuses a file that %s, and says what to give', async (_, name) => {
    await expect(loadHandlers(fixture(name))).rejects.toMatchObject({
      code: 'handler_file_failed',
      message: `handler file ${fixture(name)}: there is no such file`,
      hint: 'give the path of a .js or .ts file',
      details: { file: fixture(name) },
    });
  });

  it.each([
    ['throws', 'throws.mjs', /: TypeError: no model on this machine$/],
    ['imports what is not there', 'missing-import.mjs', /not-there\.mjs/],
  ])('refuses a file that %s, in one line that says why', async (_, name, why) => {
    const error: unknown = await loadHandlers(fixture(name)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'handler_file_failed',
      message: expect.stringMatching(why) as string,
      hint: 'run it alone with node to see where it fails',
      cause: expect.any(Error) as Error,
    });
    expect((error as Error).message).not.toContain('\n');
    expect((error as Error).message).toContain(`handler file ${fixture(name)}: `);
  });

  it.each(['.mjs', '.ts'])('refuses a %s file that has a syntax error', async (extension) => {
    // Not among the fixtures: the compiler and the formatter would stumble over it as well.
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-handlers-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, `syntax-error${extension}`);
    await writeFile(file, 'export const = 1;\n');
    const error = await loadHandlers(file).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'handler_file_failed' });
    expect((error as Error).message).toMatch(/^handler file .*: .*Unexpected token.*$/);
  });

  it('refuses a file that exports no definition, and shows how to write one', async () => {
    await expect(loadHandlers(fixture('no-job.mjs'))).rejects.toMatchObject({
      code: 'handler_file_failed',
      message: `handler file ${fixture('no-job.mjs')}: it exports nothing made by defineJob`,
      hint: 'export const myJob = defineJob({ … })',
    });
  });

  it('refuses a file that defines a kind twice, and names the kind', async () => {
    await expect(loadHandlers(fixture('kind-twice.mjs'))).rejects.toMatchObject({
      code: 'handler_file_failed',
      message: `handler file ${fixture('kind-twice.mjs')}: kind "greet" is defined twice`,
    });
  });
});

describe('handlersOf', () => {
  it('keeps the definitions among the values, by their kind', () => {
    const [greet, part] = [job('greet'), job('part')];
    const handlers = handlersOf([undefined, greet, 'text', part, greet], 'here');
    expect([...handlers]).toEqual([
      ['greet', greet],
      ['part', part],
    ]);
  });

  it('names the place in its errors', () => {
    expect(() => handlersOf([], 'startNode')).toThrow(
      'handler file startNode: it exports nothing made by defineJob',
    );
    expect(() => handlersOf([job('greet'), job('greet')], 'startNode')).toThrow(
      'handler file startNode: kind "greet" is defined twice',
    );
  });
});
