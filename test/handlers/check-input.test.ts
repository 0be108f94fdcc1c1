import type { StandardSchemaV1 } from '@standard-schema/spec';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { checkInput } from '../../src/handlers/check-input.ts';

const order = z.object({
  id: z.string(),
  lines: z.array(z.object({ sku: z.string(), count: z.int().positive() })),
});

/** A schema of no library, with the issues it always has. */
function refusing(...issues: StandardSchemaV1.Issue[]): StandardSchemaV1<unknown, never> {
  return { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) } };
}

async function messageOf(schema: StandardSchemaV1, input: unknown): Promise<string> {
  return checkInput('order', schema, input).then(
    () => expect.fail('the input was taken'),
    (error: Error) => error.message,
  );
}

describe('checkInput', () => {
  it('gives back what the schema gives back: defaults, transforms, stripped fields', async () => {
    const schema = z.object({ n: z.string().transform(Number), unit: z.string().default('s') });
    const checked = await checkInput('k', schema, { n: '5', other: 1 });
    expect(checked).toEqual({ n: 5, unit: 's' });
    expectTypeOf(checked).toEqualTypeOf<{ n: number; unit: string }>();
  });

  it('tells of a secret kind which fields are wrong, and neither values nor the words of the schema', async () => {
    const schema = z.object({
      card: z.string().refine(() => false, { error: (i) => `no: ${i.input as string}` }),
    });
    const refused = checkInput('pay', schema, { card: '4111' }, true);
    await expect(refused).rejects.toMatchObject({
      message: 'input of pay: card: the schema refuses it; the kind is secret',
      details: { kind: 'pay', issues: [{ path: ['card'] }] },
    });
    await expect(refused).rejects.not.toHaveProperty('details.issues.0.message');
  });

  it('waits for a schema that checks asynchronously', async () => {
    const schema = z.string().refine((id) => Promise.resolve(id === 'known'), 'unknown id');
    expect(await checkInput('k', schema, 'known')).toBe('known');
    expect(await messageOf(schema, 'other')).toBe(
      'input of order: the whole: unknown id, got "other"',
    );
  });

  it('names the path, what was expected and what came, of every field that is wrong', async () => {
    const input = {
      lines: [
        { sku: 'a', count: 1 },
        { sku: 5, count: 0 },
      ],
    };
    const message = await messageOf(order, input);
    expect(message.split('; ')).toEqual([
      expect.stringMatching(/^input of order: id: .*expected string.*, got nothing$/),
      expect.stringMatching(/^lines\.1\.sku: .*expected string.*, got 5$/),
      expect.stringMatching(/^lines\.1\.count: .*>0, got 0$/),
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['"a text"', 'a text'],
  ])('says of the whole input that it got %s', async (shown, input) => {
    expect(await messageOf(order, input)).toMatch(
      new RegExp(`^input of order: the whole: .*expected object.*, got ${shown}$`),
    );
  });

  it('shows a long value in short', async () => {
    const message = await messageOf(order, { id: 'x'.repeat(10_000).split(''), lines: [] });
    expect(message.length).toBeLessThan(200);
  });

  it.each<[string, StandardSchemaV1.Issue, string]>([
    ['no path', { message: 'bad' }, 'the whole: bad, got {"a":[{"b":1}]}'],
    ['an empty path', { message: 'bad', path: [] }, 'the whole: bad, got {"a":[{"b":1}]}'],
    ['keys', { message: 'bad', path: ['a', 0, 'b'] }, 'a.0.b: bad, got 1'],
    ['key objects', { message: 'bad', path: [{ key: 'a' }, { key: 0 }] }, 'a.0: bad, got {"b":1}'],
    [
      'a path that is not there',
      { message: 'bad', path: ['x', 'y', 'z'] },
      'x.y.z: bad, got nothing',
    ],
    ['a symbol', { message: 'bad', path: [Symbol('s')] }, 'Symbol(s): bad, got nothing'],
  ])('reads an issue with %s', async (_, issue, text) => {
    expect(await messageOf(refusing(issue), { a: [{ b: 1 }] })).toBe(`input of order: ${text}`);
  });

  it('tells programs the kind and the issues, and people where the schema is', async () => {
    const issue = { message: 'bad', path: ['a'], code: 'custom', input: 'secret' };
    await expect(checkInput('order', refusing(issue), {})).rejects.toMatchObject({
      code: 'invalid_input',
      hint: 'the schema is in defineJob({ kind: "order" })',
      details: { kind: 'order', issues: [{ message: 'bad', path: ['a'] }] },
    });
  });
});
