import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import protos from '@temporalio/proto';
import { HoldfastError } from '../domain/errors.ts';
import type { EncryptionKey, Keyring } from './keyring.ts';

/** The `encoding` of an encrypted payload. */
const ENCRYPTED = 'binary/encrypted';

/** The piece of a payload's metadata that names its key. */
const KEY_ID = 'encryption-key-id';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const bytes = new TextEncoder();
const text = new TextDecoder();
const proto = protos.temporal.api.common.v1.Payload;

/**
 * Encrypts each payload by the newest key, and decrypts by the key that the payload names; without keys
 * it encrypts nothing. The format is that of Temporal's own encryption samples in Go, Python and
 * TypeScript: nonce, ciphertext and tag of the payload as protobuf.
 *
 * `decode` rejects with HoldfastError `encryption_key_missing` or `payload_not_decryptable`.
 */
export class EncryptionCodec implements PayloadCodec {
  readonly #keyring: Keyring;

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    const key = this.#keyring.newest();
    if (key === undefined) return Promise.resolve(payloads);
    return Promise.resolve(payloads.map((payload) => seal(payload, key)));
  }

  // Async, so that it rejects and never throws.
  // eslint-disable-next-line @typescript-eslint/require-await
  async decode(payloads: Payload[]): Promise<Payload[]> {
    return payloads.map((payload) => (isEncrypted(payload) ? this.#open(payload) : payload));
  }

  #open(payload: Payload): Payload {
    const id = text.decode(payload.metadata?.[KEY_ID] ?? undefined);
    const key = this.#keyring.find(id);
    if (key === undefined) throw keyMissing(id, this.#keyring.ids);
    return open(payload, key);
  }
}

/** Whether a payload is one that {@link EncryptionCodec} has encrypted. */
export function isEncrypted({ metadata }: Payload): boolean {
  const encoding = metadata?.['encoding'];
  return encoding != null && text.decode(encoding) === ENCRYPTED;
}

function seal(payload: Payload, { id, secret }: EncryptionKey): Payload {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secret, nonce);
  const sealed = [nonce, cipher.update(proto.encode(payload).finish()), cipher.final()];
  return {
    metadata: { encoding: bytes.encode(ENCRYPTED), [KEY_ID]: bytes.encode(id) },
    data: Buffer.concat([...sealed, cipher.getAuthTag()]),
  };
}

function open({ data }: Payload, { id, secret }: EncryptionKey): Payload {
  try {
    const sealed = Buffer.from(data ?? []);
    const decipher = createDecipheriv(CIPHER, secret, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plain = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES));
    return proto.decode(Buffer.concat([plain, decipher.final()]));
  } catch (cause) {
    throw new HoldfastError(
      'payload_not_decryptable',
      `a payload names the encryption key ${JSON.stringify(id)}, and that key does not open it`,
      {
        hint: 'another key has the same id somewhere, or the payload was changed',
        details: { key: id },
        cause,
      },
    );
  }
}

function keyMissing(id: string, have: readonly string[]): HoldfastError {
  const got = have.length === 0 ? 'no key at all' : `only ${have.join(', ')}`;
  return new HoldfastError(
    'encryption_key_missing',
    `a payload is encrypted by the key ${JSON.stringify(id)}, this process has ${got}`,
    {
      hint: 'add that key to HOLDFAST_ENCRYPTION_KEYS or to HOLDFAST_ENCRYPTION_KEYS_FILE',
      details: { key: id },
    },
  );
}
