/** What JSON can carry. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * The most bytes of JSON that a job's input or result may have. Temporal refuses payloads over
 * 2 MiB; the difference is for the envelope that we put around them.
 */
export const PAYLOAD_LIMIT_BYTES = 2_000_000;
