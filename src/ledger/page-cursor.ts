import { invalid } from '../domain/errors.ts';
import { checkName } from '../domain/check.ts';

/**
 * Where a page of jobs ended: opened at (microseconds since the Unix epoch, which is what
 * PostgreSQL keeps), id and generation of its last row.
 */
export type PageCursor = [openedAtUs: number, id: string, generation: number];

const LARGEST_GENERATION = 2 ** 31 - 1;

/** The cursor as an opaque text. */
export function formatCursor(cursor: PageCursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

/**
 * The cursor in a text that {@link formatCursor} made; nulls for none.
 *
 * @throws HoldfastError `invalid_input` for any other text
 */
export function parseCursor(text: string | undefined): PageCursor | [null, null, null] {
  if (text === undefined) return [null, null, null];
  try {
    const [at, id, generation] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (isWhole(at) && isWhole(generation) && generation <= LARGEST_GENERATION) {
      return [at, checkName(id, 'id'), generation];
    }
  } catch {
    // Falls through to the one message for every wrong text.
  }
  throw invalid('cursor', 'the cursor that the page before gave', text);
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
