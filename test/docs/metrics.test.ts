import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { ALERTS } from '../../src/workers/alerts.ts';
import { METRICS } from '../../src/workers/metrics.ts';

const page = await readFile(new URL('../../docs/metrics.md', import.meta.url), 'utf8');

describe('docs/metrics.md', () => {
  test.each([
    ["Holdfast's own metrics", METRICS],
    ['Alerts', ALERTS],
  ])('lists under "%s" what the code has, with its meaning', (heading, table) => {
    expect(rowsUnder(heading)).toEqual(Object.entries(table));
  });
});

function rowsUnder(heading: string): [string, string][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([^`]+)` +\| (.+?) +\|$/gm)].map(([, name, meaning]) => [
    name!,
    meaning!,
  ]);
}
