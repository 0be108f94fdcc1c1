import type { Payload, PayloadCodec } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';
import { isEncrypted } from './encryption-codec.ts';

/** A failure whose message and stack are in a payload. */
interface EncodedFailure {
  encodedAttributes?: Payload | null;
  message?: string | null;
  stackTrace?: string | null;
}

/**
 * Decodes, in place, all encrypted payloads in a raw answer of Temporal's API, which the SDK leaves as it
 * came, and puts the messages of failures back where they belong. Answers what it was given.
 *
 * @throws HoldfastError `encryption_key_missing` or `payload_not_decryptable`
 */
export async function openPayloads<Raw>(codecs: readonly PayloadCodec[], raw: Raw): Promise<Raw> {
  const found: Found = { payloads: [], failures: [] };
  collect(raw, found);
  for (const codec of codecs.toReversed()) {
    const opened = await codec.decode(found.payloads);
    found.payloads.forEach((payload, index) => {
      const { metadata, data } = opened[index]!;
      Object.assign(payload, { metadata, data });
    });
  }
  for (const failure of found.failures) tellFailure(failure);
  return raw;
}

interface Found {
  readonly payloads: Payload[];
  readonly failures: EncodedFailure[];
}

function collect(value: unknown, found: Found): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  if (isPayload(value)) {
    if (isEncrypted(value)) found.payloads.push(value);
    return;
  }
  const failure = value as EncodedFailure;
  if (failure.encodedAttributes != null) found.failures.push(failure);
  for (const each of Object.values(value)) collect(each, found);
}

function isPayload(value: object): value is Payload {
  const { metadata } = value as Payload;
  return typeof metadata === 'object' && metadata?.['encoding'] instanceof Uint8Array;
}

function tellFailure(failure: EncodedFailure): void {
  const said = defaultPayloadConverter.fromPayload<unknown>(failure.encodedAttributes!);
  const { message, stack_trace: stackTrace } = (said ?? {}) as Record<string, unknown>;
  if (typeof message === 'string') failure.message = message;
  if (typeof stackTrace === 'string') failure.stackTrace = stackTrace;
}
