import { oneLine } from '../report-error.ts';
import { paint } from './paint.ts';

/** What is under these headings, or beside these names, is a state. */
const STATES = ['STATE', 'MODE', 'OUTCOME', 'VERDICT', 'state', 'mode'];

/** Rows under headings in aligned columns, two spaces apart; on a terminal states are in colour. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  return align(
    [headings, ...rows],
    (row, column) => row > 0 && STATES.includes(headings[column] ?? ''),
  );
}

/** Names and values in two aligned columns; a value that is undefined is left out. */
export function formatFields(fields: Readonly<Record<string, string | undefined>>): string[] {
  const rows = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return align(rows, (row, column) => column === 1 && STATES.includes(rows[row]?.[0] ?? ''));
}

/** A text of at most so many characters. */
export function shorten(text: string, limit: number): string {
  const chars = [...text];
  return chars.length <= limit ? text : `${chars.slice(0, limit - 1).join('')}…`;
}

function align(
  rows: readonly (readonly string[])[],
  isState: (row: number, column: number) => boolean,
): string[] {
  const cells = rows.map((row) => row.map(oneLine));
  const widths: number[] = [];
  for (const row of cells) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, [...cell].length);
    });
  }
  return cells.map((row, at) => {
    const last = row.findLastIndex((cell) => cell !== '');
    return row
      .slice(0, last + 1)
      .map((cell, column) => {
        const room = column === last ? 0 : (widths[column] ?? 0) - [...cell].length;
        return (isState(at, column) ? paint(cell) : cell) + ' '.repeat(room);
      })
      .join('  ');
  });
}
