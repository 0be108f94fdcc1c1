import { KIND_OPTION_NAMES } from '../domain/kind-override.ts';
import type { NamedValues, Setting, SettingGroup } from './setting.ts';
import { isSetting, keyOf } from './setting.ts';
import { POOL_SETTINGS, SETTINGS } from './settings.ts';

/** A setting, as documentation tells of it. */
export interface ListedSetting {
  /** In `holdfast.yaml`; what stands in angle brackets is a name of the user's own. */
  readonly path: string;
  /** What may be written. */
  readonly written: string;
  readonly meaning: string;
  /** As it would be written, or in words. */
  readonly default: string;
  readonly flag: string | undefined;
  readonly variable: string | undefined;
}

/** A variable that stands for no value of `holdfast.yaml`. */
export interface ListedVariable {
  readonly variable: string;
  readonly meaning: string;
  readonly default: string;
}

/** Every setting, in the order of the sections. */
export function listSettings(): ListedSetting[] {
  return [
    ...entriesOf(SETTINGS).map(listed),
    ...entriesOf(POOL_SETTINGS, 'pools.<pool>.').map(([path, setting]) => ({
      ...listed([path, setting]),
      default: 'named' in setting ? 'none' : 'that of all pools',
      ...{ flag: undefined, variable: undefined },
    })),
    ...KIND_OPTION_NAMES.map((option) => ({
      path: `kinds.<kind>.${option}`,
      written: 'as in defineJob',
      meaning: 'in place of what the definition of the kind says',
      default: "the definition's",
      ...{ flag: undefined, variable: undefined },
    })),
    {
      path: 'schedules',
      written: 'a list of schedules, and of paths and globs of files that hold some',
      meaning: 'put on record by the first orchestrator of a ledger that never had a schedule',
      default: 'none',
      ...{ flag: undefined, variable: undefined },
    },
  ];
}

/** Variables beside those of the settings. */
export const OTHER_VARIABLES: readonly ListedVariable[] = [
  {
    variable: 'HOLDFAST_CONFIG',
    meaning: 'the path of the configuration file',
    default: 'holdfast.yaml in the working folder or the nearest above it',
  },
  {
    variable: 'TEMPORAL_CONFIG_FILE, TEMPORAL_API_KEY, TEMPORAL_TLS…',
    meaning: 'as for the `temporal` command',
    default: 'what temporal.toml says',
  },
  {
    variable: 'HOLDFAST_ENCRYPTION_KEYS, HOLDFAST_ENCRYPTION_KEYS_FILE',
    meaning: 'keys by which payloads are encrypted, see docs/security.md',
    default: 'none: they are not',
  },
  {
    variable: 'HOLDFAST_CACHE_DIR',
    meaning: 'where the Temporal server and Web UI are kept once built',
    default: "the user's cache folder",
  },
  {
    variable: 'HOLDFAST_DEBUG',
    meaning: 'print the stack of an unexpected error',
    default: 'not set',
  },
  { variable: 'NO_COLOR', meaning: 'no colours', default: 'colours on terminals' },
];

/** The setting at a path. */
export function settingAt(path: string): Setting | NamedValues {
  const found = entriesOf(SETTINGS).find(([each]) => each === path);
  if (found === undefined) throw new Error(`no setting has the path ${path}`);
  return found[1];
}

/** The default of a setting, as people are told of it. */
export function defaultOf(setting: Setting | NamedValues): string {
  if ('named' in setting || setting.default === undefined) return setting.otherwise ?? 'none';
  return setting.type.show(setting.default);
}

function listed([path, setting]: [string, Setting | NamedValues]): ListedSetting {
  const { type, meaning, flag } = setting;
  return {
    path: 'named' in setting ? `${path}.<name>` : path,
    written: type.written,
    meaning,
    default: defaultOf(setting),
    flag,
    variable: 'named' in setting ? undefined : setting.variable,
  };
}

function entriesOf(group: SettingGroup, at = ''): [string, Setting | NamedValues][] {
  return Object.entries(group).flatMap(([field, entry]): [string, Setting | NamedValues][] => {
    const path = `${at}${keyOf(field)}`;
    return isSetting(entry) ? [[path, entry]] : entriesOf(entry, `${path}.`);
  });
}
