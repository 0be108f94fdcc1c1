import type { Resource } from '../../domain/resource.ts';
import { formatTable } from './table.ts';

/** Resources as a table. */
export function formatResourceList(resources: readonly Resource[]): string[] {
  return formatTable(
    ['NAME', 'POOL', 'CAPACITY', 'HELD', 'WAITING', 'KIND'],
    resources.map(({ name, pool, capacity, held, waiting, isLimit }) => [
      name,
      pool ?? '-',
      String(capacity),
      String(held),
      String(waiting),
      isLimit ? 'limit' : 'resource',
    ]),
  );
}
