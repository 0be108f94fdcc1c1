import { expect, test } from 'vitest';
import type { PageName } from '../../scripts/reference/reference-pages.ts';
import {
  REFERENCE_PAGES,
  referencePage,
  writtenPage,
} from '../../scripts/reference/reference-pages.ts';

test.each(Object.keys(REFERENCE_PAGES) as PageName[])(
  'docs/reference/%s is what the code says, else `npm run docs` makes it so',
  async (page) => {
    expect(await writtenPage(page), 'run `npm run docs`').toBe(await referencePage(page));
  },
);
