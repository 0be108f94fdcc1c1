import type { PayloadCodec } from '@temporalio/common';
import { invalid } from '../domain/errors.ts';

/** A payload of Temporal as JSON: bytes are base64. */
interface JsonPayload {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly data?: string | undefined;
}

/** Encrypts and decrypts payloads by the keys of this process: what a codec server does. */
export interface PayloadsClient {
  /** Leaves payloads as they are when this process has no keys. */
  encode(payloads: readonly JsonPayload[]): Promise<JsonPayload[]>;
  /** @throws HoldfastError `encryption_key_missing` or `payload_not_decryptable` */
  decode(payloads: readonly JsonPayload[]): Promise<JsonPayload[]>;
}

/** A {@link PayloadsClient} over a codec. */
export function createPayloadsClient(codec: PayloadCodec): PayloadsClient {
  return {
    encode: async (payloads) => (await codec.encode(payloads.map(fromJson))).map(toJson),
    decode: async (payloads) => (await codec.decode(payloads.map(fromJson))).map(toJson),
  };
}

type Payload = Awaited<ReturnType<PayloadCodec['encode']>>[number];

function fromJson({ metadata = {}, data }: JsonPayload, index: number): Payload {
  const bytesOf = (text: string, name: string): Uint8Array => {
    if (/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) return Buffer.from(text, 'base64');
    throw invalid(`payloads.${index}.${name}`, 'base64', text);
  };
  const entries = Object.entries(metadata).map(([name, text]) => [
    name,
    bytesOf(text, `metadata.${name}`),
  ]);
  return {
    metadata: Object.fromEntries(entries) as Record<string, Uint8Array>,
    ...(data === undefined ? {} : { data: bytesOf(data, 'data') }),
  };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const entries = Object.entries(metadata ?? {}).map(([name, bytes]) => [name, textOf(bytes)]);
  return {
    metadata: Object.fromEntries(entries) as Record<string, string>,
    ...(data == null ? {} : { data: textOf(data) }),
  };
}
