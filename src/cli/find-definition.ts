import { HoldfastError, show } from '../domain/errors.ts';
import type { JobDefinition } from '../handlers/define-job.ts';
import { nearestName } from '../domain/nearest-name.ts';

/**
 * The definition of a kind in a handler file.
 *
 * @throws HoldfastError `unknown_kind` that tells the kinds of the file and the nearest one, or
 *   `handler_file_failed`
 */
export async function findDefinition(kind: string, file: string): Promise<JobDefinition> {
  const { loadHandlers } = await import('../handlers/load-handlers.ts');
  const handlers = await loadHandlers(file);
  const definition = handlers.get(kind);
  if (definition !== undefined) return definition;
  throw unknownKind(kind, [...handlers.keys()], file);
}

/** The error for a kind that a handler file does not define. */
function unknownKind(kind: string, kinds: readonly string[], file: string): HoldfastError {
  const nearest = nearestName(kind, kinds);
  return new HoldfastError(
    'unknown_kind',
    `kind: expected one of ${kinds.join(', ')} (${file}), got ${show(kind)}`,
    {
      hint: nearest === undefined ? `define it in ${file}` : `did you mean ${show(nearest)}?`,
      details: { kind, kinds, nearest },
    },
  );
}
