import type { Client } from '@temporalio/client';
import { openPayloads } from '../codec/open-payloads.ts';

/**
 * A raw answer of Temporal's API, with the payloads in it decrypted.
 *
 * @throws HoldfastError `encryption_key_missing` or `payload_not_decryptable`
 */
export function opened<Raw>({ options }: Client, raw: Raw): Promise<Raw> {
  return openPayloads(options.loadedDataConverter.payloadCodecs, raw);
}
