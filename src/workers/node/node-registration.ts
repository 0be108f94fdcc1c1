import { readFileSync } from 'node:fs';
import type { NodeRegistration } from '../../domain/node.ts';
import type { ResolvedNodeOptions } from './node-options.ts';

/** What one incarnation of a node says of itself. */
export function nodeRegistration(
  { pool, slots, labels, leaseMs }: ResolvedNodeOptions,
  incarnation: string,
  kinds: readonly string[],
): NodeRegistration {
  return { incarnation, pool, slots, kinds, version: version(), labels, leaseMs };
}

function version(): string {
  const file = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
