import { defaultPayloadConverter } from '@temporalio/client';

type Payload = Parameters<typeof defaultPayloadConverter.fromPayload>[0];

/** The value in a payload of what `opened` answers; undefined for none. */
export function decodePayload(payload: Payload | undefined): unknown {
  return payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload);
}
