import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { apiPage } from './api-page.ts';
import { cliPage } from './cli-page.ts';
import { configurationPage } from './configuration-page.ts';
import { errorsPage } from './errors-page.ts';
import { metricsPage } from './metrics-page.ts';

/** The pages of `docs/reference`, each with what writes it from the code. */
export const REFERENCE_PAGES = {
  'api.md': apiPage,
  'cli.md': cliPage,
  'configuration.md': configurationPage,
  'errors.md': errorsPage,
  'metrics.md': metricsPage,
} as const satisfies Record<string, () => string>;

/** A page of `docs/reference`. */
export type PageName = keyof typeof REFERENCE_PAGES;

/** What the page is to be, as the code is now. */
export async function referencePage(name: PageName): Promise<string> {
  const path = pathOf(name);
  const text = REFERENCE_PAGES[name]();
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}

/** What the page is; nothing when there is none. */
export function writtenPage(name: PageName): Promise<string> {
  return readFile(pathOf(name), 'utf8').catch(() => '');
}

/** Writes the page anew. */
export async function writePage(name: PageName): Promise<void> {
  await writeFile(pathOf(name), await referencePage(name));
}

function pathOf(name: PageName): string {
  return fileURLToPath(new URL(`../../docs/reference/${name}`, import.meta.url));
}
