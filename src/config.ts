import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { PayloadEncryption } from './codec/payload-encryption.ts';
import { payloadEncryption } from './codec/payload-encryption.ts';
import { HoldfastError } from './domain/errors.ts';

/** Where Temporal is; what is left out comes from the environment. */
export interface TemporalOptions {
  /** Host and port. @default TEMPORAL_ADDRESS, the profile in temporal.toml, then 127.0.0.1:7233 */
  readonly address?: string;
  /** @default TEMPORAL_NAMESPACE, the profile in temporal.toml, then `default` */
  readonly namespace?: string;
  /**
   * Keys by which payloads are encrypted, `id:base64key[,id2:base64key2…]`; the first encrypts, all
   * decrypt. @default HOLDFAST_ENCRYPTION_KEYS, then those of HOLDFAST_ENCRYPTION_KEYS_FILE, then none
   */
  readonly encryptionKeys?: string;
}

/** How to connect to Temporal: the options of both kinds of connection, the namespace, the encryption. */
export interface TemporalConfig {
  readonly connectionOptions: ReturnType<typeof loadClientConnectConfig>['connectionOptions'] & {
    readonly address: string;
  };
  readonly namespace: string;
  readonly encryption: PayloadEncryption;
}

/**
 * Where Temporal is, by the rules of the `temporal` command: options, then `TEMPORAL_*`, then the
 * profile in temporal.toml. TLS, API key and headers come from there too.
 *
 * @throws HoldfastError `invalid_input` when temporal.toml, a variable or a key cannot be read
 */
export function temporalConfig(options: TemporalOptions = {}): TemporalConfig {
  const { connectionOptions, namespace } = fromEnvironment();
  return {
    connectionOptions: {
      ...connectionOptions,
      address: options.address ?? connectionOptions.address ?? '127.0.0.1:7233',
    },
    namespace: options.namespace ?? namespace ?? 'default',
    encryption: encryptionOf(options.encryptionKeys),
  };
}

function encryptionOf(given: string | undefined): PayloadEncryption {
  const { HOLDFAST_ENCRYPTION_KEYS: keys, HOLDFAST_ENCRYPTION_KEYS_FILE: file } = process.env;
  return payloadEncryption(given === undefined ? { keys, file } : { keys: given });
}

function fromEnvironment(): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError('invalid_input', `the settings of Temporal: ${why}`, {
      hint: 'see TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and temporal.toml',
      cause,
    });
  }
}

/**
 * Where the ledger is.
 *
 * @param option wins over `DATABASE_URL`
 * @throws HoldfastError `invalid_input` when neither is given
 */
export function databaseUrl(option?: string): string {
  const url = option ?? process.env['DATABASE_URL'];
  if (url !== undefined && url !== '') return url;
  throw new HoldfastError(
    'invalid_input',
    'DATABASE_URL: expected the address of the ledger, got nothing',
    {
      hint: 'set DATABASE_URL=postgres://user:password@host:5432/database; `holdfast dev` prints one',
    },
  );
}
