import type { KindOverrides } from '../domain/kind-override.ts';
import type { ResourceCapacity } from '../domain/resource.ts';
import type { StormPolicy } from '../domain/storm.ts';
import { configError } from './config-fault.ts';
import type { ConfigFile } from './config-file.ts';
import { findConfigFile, readConfigFile } from './config-file.ts';
import type { Resolution } from './resolve-config.ts';
import { resolveConfig } from './resolve-config.ts';
import type { Resolved } from './setting.ts';
import type { SETTINGS } from './settings.ts';

/** A configuration: every setting resolved, with its default where nobody gave it. Frozen. */
export interface Config extends Omit<Resolved<typeof SETTINGS>, 'resources'> {
  /** The path of its file; undefined when there is none. */
  readonly file: string | undefined;
  /** Also those of single pools. */
  readonly resources: readonly ResourceCapacity[];
  /** What single pools have of their own. */
  readonly pools: Readonly<Record<string, { readonly storm: StormPolicy }>>;
  /** Options of kinds that take the place of their definitions'. */
  readonly kinds: KindOverrides;
}

/** Where a configuration is looked for. */
export interface ConfigPlace {
  /** A file. @default HOLDFAST_CONFIG, else the nearest holdfast.yaml of `cwd` or above, if there is one */
  readonly file?: string | undefined;
  /** What flags gave, by the path of the setting: it comes before all else. @default {} */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** @default the environment of this process */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @default the working folder of this process */
  readonly cwd?: string;
}

/** A configuration that was read and resolved, right or wrong. */
export interface InspectedConfig extends Resolution {
  readonly file: ConfigFile | undefined;
  /** The file was named, and not found by itself. */
  readonly isNamed: boolean;
}

/**
 * The configuration of this process: flags, then variables, then the file, then defaults.
 *
 * @throws HoldfastError `invalid_input` that names file, line and path of the first value that is wrong,
 *   and has all in its `details.faults`
 */
export async function loadConfig(place: ConfigPlace = {}): Promise<Config> {
  return configOf(await inspectConfig(place));
}

/** Reads and resolves, and leaves to the caller what is wrong. @throws HoldfastError when a file that is named cannot be read */
export async function inspectConfig(place: ConfigPlace = {}): Promise<InspectedConfig> {
  const { flags = {}, env = process.env, cwd = process.cwd() } = place;
  const { file, isNamed } = await fileOf(place.file, env, cwd);
  return { ...resolveConfig({ flags, env, file }), file, isNamed };
}

/** @throws HoldfastError `invalid_input` when something is wrong with it */
export function configOf({
  faults,
  values,
  pools,
  kinds,
  resources,
  file,
}: InspectedConfig): Config {
  const [first, ...others] = faults;
  if (first !== undefined) throw configError([first, ...others]);
  return freeze({ ...values, resources, pools, kinds, file: file?.path });
}

async function fileOf(
  named: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Promise<{ file: ConfigFile | undefined; isNamed: boolean }> {
  if (named !== undefined)
    return { file: await readConfigFile(named, cwd, 'config'), isNamed: true };
  const variable = env['HOLDFAST_CONFIG'];
  if (variable !== undefined && variable !== '') {
    return { file: await readConfigFile(variable, cwd, 'HOLDFAST_CONFIG'), isNamed: true };
  }
  const found = await findConfigFile(cwd);
  return {
    file: found === undefined ? undefined : await readConfigFile(found, cwd),
    isNamed: false,
  };
}

function freeze<Value extends object>(value: Value): Value {
  for (const each of Object.values(value) as unknown[]) {
    if (typeof each === 'object' && each !== null) freeze(each);
  }
  return Object.freeze(value);
}
