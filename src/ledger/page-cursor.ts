import { invalid } from '../domain/errors.ts';

/** Where a page of jobs ended: opened at, id and generation of its last row. */
export type PageCursor = [openedAt: string, id: string, generation: number];

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
    if (
      typeof at === 'string' &&
      typeof id === 'string' &&
      Number.isSafeInteger(generation) &&
      !Number.isNaN(Date.parse(at))
    ) {
      return [at, id, generation as number];
    }
  } catch {
    // Falls through to the one message for every wrong text.
  }
  throw invalid('cursor', 'the cursor that the page before gave', text);
}
