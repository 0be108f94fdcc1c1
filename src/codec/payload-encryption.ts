import { fileURLToPath } from 'node:url';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { EncryptionCodec } from './encryption-codec.ts';
import type { KeySource } from './keyring.ts';
import { Keyring } from './keyring.ts';

/** How a process encrypts what it gives to Temporal, and decrypts what it gets. */
export interface PayloadEncryption {
  readonly codec: PayloadCodec;
  /** For clients and workers. */
  readonly dataConverter: DataConverter;
  /** Whether it encrypts. One without keys decrypts nothing, and says so where it has to. */
  readonly isOn: boolean;
}

/** The module by which the SDK finds our failure converter. */
export const FAILURE_CONVERTER_PATH = fileURLToPath(
  new URL('./failure-converter.js', import.meta.url),
);

/**
 * The encryption by some keys, none included.
 *
 * @throws HoldfastError `invalid_input` when a key cannot be read
 */
export function payloadEncryption(source: KeySource): PayloadEncryption {
  const keyring = new Keyring(source);
  const codec = new EncryptionCodec(keyring);
  const isOn = keyring.newest() !== undefined;
  const failures = isOn ? { failureConverterPath: FAILURE_CONVERTER_PATH } : {};
  return { codec, isOn, dataConverter: { payloadCodecs: [codec], ...failures } };
}
