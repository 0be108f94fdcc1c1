import { homedir, hostname, tmpdir } from 'node:os';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A payload in the JSON of a history. */
interface JsonPayload {
  readonly metadata?: { readonly encoding?: string };
  readonly data?: string;
}

/** A history without the paths, the host and the process ids of the machine that recorded it. */
export function scrubHistory(value: unknown): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (Array.isArray(value)) return value.map(scrubHistory);
  if (typeof value !== 'object' || value === null) return value;
  const data = payloadText(value);
  if (data !== undefined) return { ...value, data: toBase64(scrubText(data)) };
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      // What the SDK itself adds to a failure; no workflow reads it.
      key === 'stackTrace' ? '' : scrubHistory(each),
    ]),
  );
}

/** Every text of a history, those inside payloads included. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const data = payloadText(value);
  return data === undefined ? Object.values(value).flatMap(textsOf) : [data];
}

function payloadText(value: object): string | undefined {
  const { metadata, data } = value as JsonPayload;
  const isJson = metadata?.encoding === toBase64('json/plain');
  return isJson && data !== undefined ? Buffer.from(data, 'base64').toString('utf8') : undefined;
}

function scrubText(text: string): string {
  return text
    .replaceAll(ROOT, '/holdfast/')
    .replaceAll(new RegExp(`${escape(tmpdir() + sep)}[\\w-]+`, 'g'), '/folder')
    .replaceAll(homedir(), '/home')
    .replaceAll(new RegExp(`\\d+@${escape(hostname())}`, 'g'), 'client@host')
    .replaceAll(`/${hostname()}/`, '/host/');
}

function toBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
