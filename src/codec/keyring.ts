import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { HoldfastError } from '../domain/errors.ts';

/** A key of AES-256, and the id by which payloads name it. */
export interface EncryptionKey {
  readonly id: string;
  readonly secret: Uint8Array;
}

/** Where keys come from. Keys that are given come before those of the file. */
export interface KeySource {
  /** `id:base64key[,id2:base64key2…]` */
  readonly keys?: string | undefined;
  /** A file of the same, which may have a key a line, and lines that begin with `#`. */
  readonly file?: string | undefined;
}

const KEY_BYTES = 32;
const ID = /^[A-Za-z0-9._-]{1,64}$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** How soon a change of the file is noticed. */
const LOOK_EVERY_MS = 1_000;

/** A new key, as a piece of `HOLDFAST_ENCRYPTION_KEYS`. @throws HoldfastError `invalid_input` */
export function generateKey(id: string): string {
  if (!ID.test(id)) throw badKeys('id', 'letters, digits and . _ -, at most 64 of them');
  return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

/**
 * The keys of this process: the first encrypts, all decrypt. A file that changes is read again, so that
 * keys are rotated without a restart.
 */
export class Keyring {
  readonly #given: readonly EncryptionKey[];
  readonly #file: string | undefined;
  #keys: readonly EncryptionKey[];
  #fileVersion: string | undefined;
  #lookAgainAt = 0;

  /** @throws HoldfastError `invalid_input` when a key or the file cannot be read; it shows no key */
  constructor({ keys = '', file }: KeySource) {
    this.#given = parseKeys(keys, 'HOLDFAST_ENCRYPTION_KEYS');
    this.#file = file === '' ? undefined : file;
    this.#keys = this.#given;
    if (this.#file !== undefined) this.#read(this.#file);
  }

  /** The ids of all keys. */
  get ids(): readonly string[] {
    return this.#keys.map(({ id }) => id);
  }

  /** The key that encrypts; undefined: this process encrypts nothing. */
  newest(): EncryptionKey | undefined {
    this.#look();
    return this.#keys[0];
  }

  find(id: string): EncryptionKey | undefined {
    this.#look();
    const isKey = (key: EncryptionKey): boolean => key.id === id;
    const found = this.#keys.find(isKey);
    if (found !== undefined) return found;
    // Another process may have read the new key first.
    this.#lookAgainAt = 0;
    this.#look();
    return this.#keys.find(isKey);
  }

  #look(): void {
    const file = this.#file;
    if (file === undefined || performance.now() < this.#lookAgainAt) return;
    try {
      if (versionOf(file) !== this.#fileVersion) this.#read(file);
    } catch {
      // It is being written, or wrong: what was read before still counts.
    }
    this.#lookAgainAt = performance.now() + LOOK_EVERY_MS;
  }

  #read(file: string): void {
    let version: string;
    let text: string;
    try {
      version = versionOf(file);
      text = readFileSync(file, 'utf8');
    } catch (cause) {
      const why = (cause as Error).message;
      throw badKeys('HOLDFAST_ENCRYPTION_KEYS_FILE', 'a file that can be read', why);
    }
    const lines = text.split(/\r?\n/).filter((line) => !line.trimStart().startsWith('#'));
    const keys = [...this.#given, ...parseKeys(lines.join(','), file)];
    this.#keys = distinct(keys, file);
    this.#fileVersion = version;
  }
}

function versionOf(file: string): string {
  const { mtimeMs, size, ino } = statSync(file);
  return [mtimeMs, size, ino].join('/');
}

function parseKeys(text: string, place: string): readonly EncryptionKey[] {
  const pieces = text.split(',').map((piece) => piece.trim());
  const keys = pieces
    .filter((piece) => piece !== '')
    .map((piece, index) => parseKey(piece, `${place}, key ${index + 1}`));
  return distinct(keys, place);
}

function parseKey(piece: string, place: string): EncryptionKey {
  const [id = '', encoded = '', ...more] = piece.split(':');
  if (!ID.test(id) || !piece.includes(':') || more.length > 0) {
    throw badKeys(place, '<id>:<base64 key>, the id of letters, digits and . _ -, at most 64');
  }
  if (!BASE64.test(encoded)) throw badKeys(`${place} (${id})`, 'base64 after the colon');
  const secret = Buffer.from(encoded, 'base64');
  if (secret.length === KEY_BYTES) return { id, secret };
  throw badKeys(`${place} (${id})`, `${KEY_BYTES} bytes`, `${secret.length} bytes`);
}

function distinct(keys: readonly EncryptionKey[], place: string): readonly EncryptionKey[] {
  const twice = keys.find(({ id }, index) => keys.findIndex((key) => key.id === id) !== index);
  if (twice === undefined) return keys;
  throw badKeys(place, 'each id once', `${twice.id} twice`);
}

/** What came is not shown: it may be a key. */
function badKeys(place: string, expected: string, got = 'something else'): HoldfastError {
  return new HoldfastError('invalid_input', `${place}: expected ${expected}, got ${got}`, {
    hint: '`holdfast keys generate` prints a new key',
    details: { path: place },
  });
}
