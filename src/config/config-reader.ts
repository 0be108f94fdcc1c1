import { dirname, resolve as resolvePath } from 'node:path';
import type { HoldfastError } from '../domain/errors.ts';
import { invalid } from '../domain/errors.ts';
import type { ConfigFault } from './config-fault.ts';
import { unknownKey } from './config-fault.ts';
import type { ConfigFile } from './config-file.ts';
import type { NamedValues, Setting } from './setting.ts';
import type { Steps } from './yaml-lines.ts';
import { stepsOf } from './yaml-lines.ts';

/** Where values come from; what stands first here wins. */
export interface ConfigSources {
  /** What the flags of a command gave, by the path of the setting: texts, true or false, or values by name. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly file: ConfigFile | undefined;
}

/** Where a value came from. */
export type ConfigOrigin =
  | { readonly kind: 'flag'; readonly flag: string }
  | { readonly kind: 'variable'; readonly variable: string }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'default' };

/** One value of a configuration, for people to read. */
export interface ResolvedSetting {
  readonly path: string;
  /** As it would be written; undefined when there is none. */
  readonly shown: string | undefined;
  readonly origin: ConfigOrigin;
  /** What becomes of one that has no value. */
  readonly otherwise: string | undefined;
  readonly isSecret: boolean;
}

/** Reads values of a configuration from its sources, and notes where each came from and what is wrong. */
export class ConfigReader {
  readonly settings: ResolvedSetting[] = [];
  readonly faults: ConfigFault[];
  readonly #sources: ConfigSources;

  constructor(sources: ConfigSources) {
    this.#sources = sources;
    this.faults = [...(sources.file?.faults ?? [])];
  }

  /** The mapping of a file at some steps; a key that is none of the known is a fault. */
  checkKeys(steps: Steps, known: readonly string[]): Readonly<Record<string, unknown>> {
    const mapping = this.mapping(steps);
    for (const key of Object.keys(mapping)) {
      const at = [...steps, key];
      if (known.includes(key)) continue;
      this.attempt(at, () => {
        throw unknownKey(at.join('.'), key, known);
      });
    }
    return mapping;
  }

  /** The mapping of a file at some steps; empty when there is none. */
  mapping(steps: Steps): Readonly<Record<string, unknown>> {
    const value = this.#inFile(steps);
    if (value === undefined || value === null) return {};
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    this.attempt(steps, () => {
      throw invalid(steps.length === 0 ? 'the file' : steps.join('.'), 'a mapping', value);
    });
    return {};
  }

  #inFile(steps: Steps): unknown {
    let value = this.#sources.file?.value;
    for (const step of steps) {
      const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, step);
      value = isThere ? (value as Record<string | number, unknown>)[step] : undefined;
    }
    return value;
  }

  /** @param fallback takes the place of the default, and of flag and variable */
  value(entry: Setting, steps: Steps, fallback?: { readonly value: unknown }): unknown {
    const path = steps.join('.');
    const inFile = this.#inFile(steps);
    const { file } = this.#sources;
    const isInFile = inFile !== undefined && inFile !== null;
    // Also where it does not count: a wrong value is a fault all the same.
    const read = isInFile
      ? this.attempt(steps, () =>
          atFolder(entry, entry.type.read(inFile, path), dirname(file!.path)),
        )
      : undefined;
    const given = fallback === undefined ? this.#given(entry, path) : undefined;
    if (given !== undefined) {
      this.#show(path, entry, given.value, given.origin);
      return given.value;
    }
    if (isInFile) {
      const origin = { kind: 'file', file: file!.name, line: file!.lineOf(steps) } as const;
      this.#show(path, entry, read, origin);
      return read;
    }
    if (fallback !== undefined) return fallback.value;
    this.#show(path, entry, entry.default, { kind: 'default' });
    return entry.default;
  }

  /** What a flag or a variable says. */
  #given(entry: Setting, path: string): { value: unknown; origin: ConfigOrigin } | undefined {
    const { flags, env } = this.#sources;
    const { type, variable, readVariable } = entry;
    const flagged = flags[path];
    if (flagged !== undefined) {
      const flag = nameOfFlag(entry);
      const given = typeof flagged === 'string' ? type.parse(flagged) : flagged;
      const value = this.attempt(undefined, () => type.read(given, flag));
      return { value, origin: { kind: 'flag', flag } };
    }
    const text = variable === undefined ? undefined : env[variable];
    if (variable === undefined || text === undefined) return undefined;
    const origin = { kind: 'variable', variable } as const;
    if (readVariable !== undefined) return { value: readVariable(text), origin };
    if (text === '') return undefined;
    const value = this.attempt(undefined, () => type.read(type.parse(text), variable));
    return { value, origin };
  }

  /** The values of a mapping whose keys are the user's own. */
  namedValues<Value>(entry: NamedValues<Value>, steps: Steps): Readonly<Record<string, Value>> {
    const path = steps.join('.');
    const flagged = (this.#sources.flags[path] ?? {}) as Readonly<Record<string, Value>>;
    const values: Record<string, Value> = {};
    for (const [name, given] of Object.entries(this.mapping(steps))) {
      const at = [...steps, name];
      const value = this.attempt(at, () => entry.type.read(given, at.join('.')));
      if (value === undefined || Object.hasOwn(flagged, name)) continue;
      values[name] = value;
      this.keep(at, entry.type.show(value));
    }
    for (const [name, value] of Object.entries(flagged)) {
      values[name] = value;
      const origin = { kind: 'flag', flag: nameOfFlag(entry) } as const;
      this.#show(`${path}.${name}`, entry, value, origin);
    }
    return values;
  }

  /** Notes a value of the file. */
  keep(steps: Steps, shown: string): void {
    const { file } = this.#sources;
    const origin = { kind: 'file', file: file!.name, line: file!.lineOf(steps) } as const;
    const path = steps.join('.');
    this.settings.push({ path, shown, origin, otherwise: undefined, isSecret: false });
  }

  #show(
    path: string,
    { type, otherwise, isSecret = false }: Pick<Setting, 'type' | 'otherwise' | 'isSecret'>,
    value: unknown,
    origin: ConfigOrigin,
  ): void {
    const shown = value === undefined ? undefined : type.show(value);
    this.settings.push({ path, shown, origin, otherwise, isSecret });
  }

  /** Does something; what is wrong with a value becomes a fault, of the file where steps lead to it. */
  attempt<Value>(steps: Steps | undefined, work: () => Value): Value | undefined {
    try {
      return work();
    } catch (error) {
      const { message, hint, details } = error as HoldfastError;
      const { file } = this.#sources;
      const path = typeof details?.['path'] === 'string' ? details['path'] : '';
      const at = steps?.join('.') ?? '';
      const inner = path.startsWith(at) ? stepsOf(path.slice(at.length)) : [];
      const place =
        steps === undefined || file === undefined
          ? undefined
          : `${file.name}, line ${file.lineOf([...steps, ...inner])}`;
      this.faults.push({ place, message, hint });
      return undefined;
    }
  }
}

/** A path from a folder, whatever the current folder becomes. */
function atFolder(entry: Setting, value: unknown, folder: string): unknown {
  return entry.isPath === true ? resolvePath(folder, value as string) : value;
}

/** The flag of a setting without what it takes. */
function nameOfFlag({ flag = '' }: Pick<Setting, 'flag'>): string {
  return flag.split(' ')[0] ?? flag;
}
