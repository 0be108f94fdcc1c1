import { isIP } from 'node:net';
import { HoldfastError } from '../domain/errors.ts';

/** Whether a host is this machine only. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (name === 'localhost' || name === '::1') return true;
  return isIP(name) === 4 && name.startsWith('127.');
}

/** What a proxy says of a caller, who need not be on this machine. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/**
 * Without tokens, a page in a browser of this machine must not call the API: neither from another
 * origin, nor by a name of its own that it lets point here. Nor may others by a proxy on this machine.
 *
 * @param origins whose pages may all the same
 * @throws HoldfastError `forbidden`
 */
export function checkLocal(headers: Headers, origins: readonly string[] = []): void {
  const host = headers.get('host');
  const origin = headers.get('origin');
  const isHere = host === null || isLoopback(host.replace(/:\d+$/, ''));
  const isOwn = origin === null || (host !== null && origin === `http://${host}`);
  const isForwarded = FORWARDED.some((name) => headers.has(name));
  if (isHere && !isForwarded && (isOwn || origins.includes(origin))) return;
  throw new HoldfastError('forbidden', 'access is off: only programs of this machine may call', {
    hint: 'make a token with `holdfast tokens create`, and start `holdfast api` again',
    details: { host, origin },
  });
}
