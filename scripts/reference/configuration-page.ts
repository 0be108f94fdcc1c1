import type { ListedSetting } from '../../src/config/list-settings.ts';
import { listSettings, OTHER_VARIABLES } from '../../src/config/list-settings.ts';
import { GENERATED, code, paragraphs, prose, table } from './markdown.ts';

/** The page of all settings, by their sections in `holdfast.yaml`. */
export function configurationPage(): string {
  const settings = listSettings();
  const sections = [...new Set(settings.map(({ path }) => sectionOf(path)))];
  return paragraphs(
    GENERATED,
    '# Settings',
    'How they work together, and an example of a file: [configuration](../configuration.md).',
    ...sections.flatMap((section) => [
      `## ${section}`,
      settingsTable(settings.filter(({ path }) => sectionOf(path) === section)),
    ]),
    '## Other variables',
    table(
      ['variable', 'default', 'meaning'],
      OTHER_VARIABLES.map(({ variable, meaning, default: fallback }) => [
        variable.split(', ').map(code).join(', '),
        prose(fallback),
        prose(meaning),
      ]),
    ),
  );
}

function sectionOf(path: string): string {
  return path.split('.')[0] ?? path;
}

function settingsTable(settings: readonly ListedSetting[]): string {
  return table(
    ['setting', 'what', 'default', 'flag', 'variable', 'meaning'],
    settings.map(({ path, written, default: fallback, flag, variable, meaning }) => [
      code(path),
      prose(written),
      prose(fallback),
      flag === undefined ? '' : code(flag),
      variable === undefined ? '' : code(variable),
      prose(meaning),
    ]),
  );
}
