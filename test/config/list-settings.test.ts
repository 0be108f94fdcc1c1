import { expect, test } from 'vitest';
import { listSettings, OTHER_VARIABLES, settingAt } from '../../src/config/list-settings.ts';

const listed = listSettings();

test('no path and no variable stands for two settings', () => {
  const paths = listed.map(({ path }) => path);
  const variables = [...listed, ...OTHER_VARIABLES].flatMap(({ variable }) => variable ?? []);
  for (const names of [paths, variables]) expect(new Set(names).size).toBe(names.length);
});

test('every default is read back as it is shown', () => {
  let checked = 0;
  for (const { path, flag, default: shown } of listed) {
    if (flag === undefined || path.endsWith('.<name>')) continue;
    const setting = settingAt(path);
    if ('named' in setting || setting.default === undefined) continue;
    expect(setting.type.read(setting.type.parse(shown), path), path).toBe(setting.default);
    checked++;
  }
  expect(checked).toBeGreaterThan(15);
});

test('sections of the user’s own are listed by what stands for their names', () => {
  const find = (path: string) => listed.find((each) => each.path === path);
  expect(find('resources.<name>')).toMatchObject({ flag: '--resource <name=capacity>' });
  expect(find('pools.<pool>.storm.share')).toMatchObject({ default: 'that of all pools' });
  expect(find('kinds.<kind>.timeout')).toBeDefined();
  expect(find('schedules')).toBeDefined();
});
