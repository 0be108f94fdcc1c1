import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { PayloadEncryption } from '../codec/payload-encryption.ts';
import { payloadEncryption } from '../codec/payload-encryption.ts';
import { HoldfastError } from '../domain/errors.ts';
import type { Config } from './load-config.ts';

/** Where Temporal is; what is left out comes from the environment, then from holdfast.yaml. */
export interface TemporalOptions {
  /** Host and port. @default TEMPORAL_ADDRESS, holdfast.yaml, the profile in temporal.toml, then 127.0.0.1:7233 */
  readonly address?: string;
  /** @default TEMPORAL_NAMESPACE, holdfast.yaml, the profile in temporal.toml, then `default` */
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
 * Where Temporal is: options, then the configuration, then, by the rules of the `temporal` command, the
 * profile in temporal.toml. TLS, API key and headers come from `TEMPORAL_*` and that profile.
 *
 * @throws HoldfastError `invalid_input` when temporal.toml, a variable or a key cannot be read
 */
export function temporalConfig(
  { address, namespace: configured, profile }: Config['temporal'],
  options: TemporalOptions = {},
): TemporalConfig {
  const { connectionOptions, namespace } = fromEnvironment(profile);
  return {
    connectionOptions: {
      ...connectionOptions,
      address: options.address ?? address ?? connectionOptions.address ?? '127.0.0.1:7233',
    },
    namespace: options.namespace ?? configured ?? namespace ?? 'default',
    encryption: encryptionOf(options.encryptionKeys),
  };
}

function encryptionOf(given: string | undefined): PayloadEncryption {
  const { HOLDFAST_ENCRYPTION_KEYS: keys, HOLDFAST_ENCRYPTION_KEYS_FILE: file } = process.env;
  return payloadEncryption(given === undefined ? { keys, file } : { keys: given });
}

function fromEnvironment(profile: string | undefined): ReturnType<typeof loadClientConnectConfig> {
  try {
    return loadClientConnectConfig(profile === undefined ? {} : { profile });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError('invalid_input', `the settings of Temporal: ${why}`, {
      hint: 'see TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and temporal.toml',
      cause,
    });
  }
}
