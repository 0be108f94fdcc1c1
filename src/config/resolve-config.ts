import { checkName } from '../domain/check.ts';
import type { JobRequest } from '../domain/job.ts';
import { KIND_OPTION_NAMES } from '../domain/kind-override.ts';
import { invalid } from '../domain/errors.ts';
import { checkResourceName } from '../domain/need.ts';
import type { ResourceCapacity } from '../domain/resource.ts';
import { parseResourceKey } from '../domain/resource.ts';
import type { ConfigFault } from './config-fault.ts';
import type { ConfigSources, ResolvedSetting } from './config-reader.ts';
import { ConfigReader } from './config-reader.ts';
import { kindRequest } from './kind-options.ts';
import type { Resolved, SettingGroup } from './setting.ts';
import { isSetting, keyOf } from './setting.ts';
import { POOL_SETTINGS, SETTINGS } from './settings.ts';
import type { Steps } from './yaml-lines.ts';

type Values = Resolved<typeof SETTINGS>;
type PoolValues = Resolved<typeof POOL_SETTINGS>;

/** What came of resolving a configuration; with faults, the values are not to be used. */
export interface Resolution {
  readonly values: Values;
  readonly pools: Readonly<Record<string, PoolValues>>;
  readonly kinds: Readonly<Record<string, Partial<JobRequest>>>;
  /** Those of the fleet and those of pools. */
  readonly resources: readonly ResourceCapacity[];
  readonly settings: readonly ResolvedSetting[];
  readonly faults: readonly ConfigFault[];
}

/** The sections whose keys are the user's own, beside {@link SETTINGS}. */
const OWN_SECTIONS = ['pools', 'kinds', 'schedules'];

/** Resolves every setting, and finds all that is wrong at once. */
export function resolveConfig(sources: ConfigSources): Resolution {
  const reader = new ConfigReader(sources);
  reader.checkKeys([], [...Object.keys(SETTINGS), ...OWN_SECTIONS]);
  const values = group(reader, SETTINGS, []) as Values;
  const pools = byName(reader, 'pools', (pool) => poolValues(reader, pool, values));
  const kinds = byName(reader, 'kinds', (kind) => kindOverride(reader, kind));
  const resources = allResources(reader, values.resources, pools);
  const { settings, faults } = reader;
  return { values, pools, kinds, resources, settings, faults };
}

/** @param fallbacks take the place of the defaults, and of flags and variables */
function group(
  reader: ConfigReader,
  settings: SettingGroup,
  steps: Steps,
  fallbacks?: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (steps.length > 0) reader.checkKeys(steps, Object.keys(settings).map(keyOf));
  const resolved = Object.entries(settings).map(([field, entry]) => {
    const at = [...steps, keyOf(field)];
    if (!isSetting(entry)) return [field, group(reader, entry, at)];
    if ('named' in entry) return [field, reader.namedValues(entry, at)];
    return [field, reader.value(entry, at, fallbacks && { value: fallbacks[field] })];
  });
  return Object.fromEntries(resolved) as Readonly<Record<string, unknown>>;
}

/** What each name of a section of the user's own stands for. */
function byName<Value>(
  reader: ConfigReader,
  section: string,
  read: (name: string) => Value,
): Readonly<Record<string, Value>> {
  const names = Object.keys(reader.mapping([section]));
  const entries = names.flatMap((name): [string, Value][] => {
    const at = [section, name];
    const checked = reader.attempt(at, () => checkName(name, at.join('.')));
    return checked === undefined ? [] : [[name, read(name)]];
  });
  return Object.fromEntries(entries);
}

/** Flags and variables mean all pools: a pool's own settings in the file come before them. */
function poolValues(reader: ConfigReader, pool: string, { storm }: Values): PoolValues {
  const at = ['pools', pool];
  reader.checkKeys(at, Object.keys(POOL_SETTINGS));
  return {
    resources: reader.namedValues(POOL_SETTINGS.resources, [...at, 'resources']),
    storm: group(reader, POOL_SETTINGS.storm, [...at, 'storm'], storm) as typeof storm,
  };
}

function kindOverride(reader: ConfigReader, kind: string): Partial<JobRequest> {
  const steps = ['kinds', kind];
  const given = reader.checkKeys(steps, KIND_OPTION_NAMES);
  const parts = KIND_OPTION_NAMES.flatMap((option) => {
    const value = given[option];
    if (value === undefined || value === null) return [];
    const at = [...steps, option];
    const part = reader.attempt(at, () => kindRequest(option, value, steps.join('.')));
    if (part === undefined) return [];
    reader.keep(at, typeof value === 'string' ? value : JSON.stringify(value));
    return [part];
  });
  return Object.assign({}, ...parts) as Partial<JobRequest>;
}

/** A flag that names a pool's resource comes before what the file says of it; the file shall say it once. */
function allResources(
  reader: ConfigReader,
  ofFleet: Values['resources'],
  pools: Readonly<Record<string, PoolValues>>,
): ResourceCapacity[] {
  const all = new Map<string, ResourceCapacity>();
  for (const [pool, { resources }] of Object.entries(pools)) {
    for (const [key, capacity] of Object.entries(resources)) {
      const at = ['pools', pool, 'resources', key];
      const name = reader.attempt(at, () => checkResourceName(key, at.join('.')));
      if (name !== undefined) all.set(JSON.stringify([pool, name]), { name, pool, capacity });
    }
  }
  const inFile = reader.mapping(['resources']);
  for (const [key, capacity] of Object.entries(ofFleet)) {
    const at = ['resources', key];
    reader.attempt(at, () => {
      const named = parseResourceKey(key, at.join('.'));
      const id = JSON.stringify([named.pool, named.name]);
      if (all.has(id) && Object.hasOwn(inFile, key)) {
        const there = `pools.${named.pool}.resources.${named.name} has one`;
        throw invalid(at.join('.'), `no second capacity: ${there}`, capacity);
      }
      all.set(id, { ...named, capacity });
    });
  }
  return [...all.values()];
}
