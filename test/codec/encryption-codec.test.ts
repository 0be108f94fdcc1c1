import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Payload } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EncryptionCodec, isEncrypted } from '../../src/codec/encryption-codec.ts';
import type { KeySource } from '../../src/codec/keyring.ts';
import { generateKey, Keyring } from '../../src/codec/keyring.ts';
import { openPayloads } from '../../src/codec/open-payloads.ts';
import { eventually } from '../support/eventually.ts';

const OLD = generateKey('old');
const NEW = generateKey('new');
const SECRET = { card: '4111-1111', name: 'Ada' };

function codecWith(source: KeySource | string): EncryptionCodec {
  return new EncryptionCodec(new Keyring(typeof source === 'string' ? { keys: source } : source));
}

function payloadOf(value: unknown): Payload {
  return defaultPayloadConverter.toPayload(value);
}

async function sealed(keys: string, payload = payloadOf(SECRET)): Promise<Payload> {
  return (await codecWith(keys).encode([payload]))[0]!;
}

async function valueIn(payload: Payload, keys: KeySource | string): Promise<unknown> {
  const [opened] = await codecWith(keys).decode([payload]);
  return defaultPayloadConverter.fromPayload(opened!);
}

function keyOf({ metadata }: Payload): string {
  return Buffer.from(metadata!['encryption-key-id']!).toString();
}

describe('the codec', () => {
  test('hides the value and names the key', async () => {
    const payload = await sealed(NEW);
    expect(Buffer.from(payload.data!).toString('latin1')).not.toMatch(/4111|Ada|json/);
    expect(Object.keys(payload.metadata!).sort()).toEqual(['encoding', 'encryption-key-id']);
    expect(keyOf(payload)).toBe('new');
    expect(await valueIn(payload, NEW)).toEqual(SECRET);
  });

  test('encrypts by the first key and opens what any of them encrypted', async () => {
    const both = `${NEW},${OLD}`;
    expect(keyOf(await sealed(both))).toBe('new');
    expect(await valueIn(await sealed(OLD), both)).toEqual(SECRET);
  });

  test('never encrypts the same value to the same bytes', async () => {
    const [one, two] = [await sealed(NEW), await sealed(NEW)];
    expect(Buffer.from(one.data!).equals(Buffer.from(two.data!))).toBe(false);
  });

  test('leaves payloads alone that are not encrypted, and encrypts nothing without a key', async () => {
    const plain = payloadOf(SECRET);
    expect(await codecWith(NEW).decode([plain])).toEqual([plain]);
    expect(await codecWith('').encode([plain])).toEqual([plain]);
  });

  test('keeps what has no value or no metadata of its own', async () => {
    for (const value of [null, undefined, new Uint8Array([0, 1])]) {
      expect(await valueIn(await sealed(NEW, payloadOf(value)), NEW)).toEqual(value);
    }
  });

  test.each(['', OLD])('says which key is missing and what there is', async (keys) => {
    await expect(valueIn(await sealed(NEW), keys)).rejects.toMatchObject({
      code: 'encryption_key_missing',
      message:
        'a payload is encrypted by the key "new", this process has ' +
        (keys === '' ? 'no key at all' : 'only old'),
      hint: expect.stringContaining('HOLDFAST_ENCRYPTION_KEYS') as string,
    });
  });

  test('refuses a payload of another key of that id, a changed one, and a short one', async () => {
    const payload = await sealed(NEW);
    const refusal = { code: 'payload_not_decryptable', details: { key: 'new' } };
    await expect(valueIn(payload, generateKey('new'))).rejects.toMatchObject(refusal);
    const data = Buffer.from(payload.data!);
    data[20]! ^= 1;
    await expect(valueIn({ ...payload, data }, NEW)).rejects.toMatchObject(refusal);
    const short = { ...payload, data: data.subarray(0, 5) };
    await expect(valueIn(short, NEW)).rejects.toMatchObject(refusal);
  });

  test('opens all payloads in a raw answer, and puts the messages of failures back', async () => {
    const failure = {
      message: 'Encoded failure',
      encodedAttributes: await sealed(
        NEW,
        payloadOf({ message: 'no card', stack_trace: 'at pay' }),
      ),
    };
    const raw = {
      events: [{ input: { payloads: [await sealed(OLD)] }, failure, plain: payloadOf(1) }],
      fields: { memo: await sealed(NEW) },
    };
    await openPayloads([codecWith(`${NEW},${OLD}`)], raw);
    expect(raw.events[0]!.input.payloads.map(isEncrypted)).toEqual([false]);
    expect(defaultPayloadConverter.fromPayload(raw.fields.memo)).toEqual(SECRET);
    expect(failure).toMatchObject({ message: 'no card', stackTrace: 'at pay' });
  });
});

describe('the keys', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-keys-'));
    file = join(folder, 'keys.txt');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('come from a file with a key a line and comments, after those that are given', async () => {
    await writeFile(file, `# rotated in May\n${OLD}\n\n  ${generateKey('older')}\n`);
    expect(new Keyring({ keys: NEW, file }).ids).toEqual(['new', 'old', 'older']);
  });

  test('are read again when the file changes, and kept while it is broken', async () => {
    await writeFile(file, OLD);
    const keyring = new Keyring({ file });
    expect(keyring.newest()?.id).toBe('old');
    await writeFile(file, `${NEW}\n${OLD}`);
    await eventually(() => keyring.newest()?.id === 'new');
    await writeFile(file, 'not a key');
    await utimes(file, 1, 1);
    const longAgo = performance.now();
    await eventually(() => {
      expect(keyring.find('old')?.id).toBe('old');
      return performance.now() - longAgo > 1_200;
    });
  });

  test.each([
    ['k1', 'key 1: expected <id>:<base64 key>'],
    ['k1:', 'key 1 (k1): expected base64'],
    [`${NEW},k2:!!!`, 'key 2 (k2): expected base64'],
    ['k1:c2hvcnQ=', 'key 1 (k1): expected 32 bytes, got 5 bytes'],
    ['a b:c2hvcnQ=', 'key 1: expected <id>'],
    [`${NEW},${NEW}`, 'expected each id once, got new twice'],
  ])('refuses %s and shows none', (keys, message) => {
    let thrown: unknown;
    try {
      new Keyring({ keys });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: 'invalid_input',
      hint: expect.stringContaining('keys') as string,
    });
    expect((thrown as Error).message).toContain(message);
    expect((thrown as Error).message).not.toContain(NEW.slice(4));
    expect((thrown as Error).message).not.toContain('c2hvcnQ');
  });

  test('refuse a file that is not there', () => {
    expect(() => new Keyring({ file: join(folder, 'none') })).toThrow(
      /HOLDFAST_ENCRYPTION_KEYS_FILE: expected a file that can be read, got ENOENT/,
    );
  });
});
