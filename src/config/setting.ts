import type { ValueType } from './value-types.ts';

/** One value of the configuration: where it may be given, and what it means. */
export interface Setting<Value = unknown> {
  readonly type: ValueType<Value>;
  /** In a few words, for the help of commands and the documentation. */
  readonly meaning: string;
  /** Undefined: there is none, or it is found out elsewhere; `otherwise` says how. */
  readonly default: Value | undefined;
  readonly otherwise?: string;
  /** As commander has it: `--storm-hold <time>`. */
  readonly flag?: string;
  readonly variable?: string;
  /** What a variable's text means, where that is not just the value. */
  readonly readVariable?: (text: string) => Value;
  /** It is a path: in a file, from the folder of that file; else from the working folder. */
  readonly isPath?: boolean;
  /** It may hold a password. */
  readonly isSecret?: boolean;
}

/** A {@link Setting} with any number of values, each by a name of the user's own. */
export interface NamedValues<Value = unknown> extends Omit<
  Setting<Value>,
  'default' | 'variable' | 'readVariable' | 'isPath'
> {
  readonly named: true;
}

/** Settings by their fields. A field that ends with `Ms` is a duration: without that, it is the key in a file. */
export interface SettingGroup {
  readonly [field: string]: Setting | NamedValues | SettingGroup;
}

/** What a {@link SettingGroup} is resolved to. */
export type Resolved<Group> = {
  readonly [Field in keyof Group]: Group[Field] extends NamedValues<infer Value>
    ? Readonly<Record<string, Value>>
    : Group[Field] extends Setting<infer Value>
      ? undefined extends Group[Field]['default']
        ? Value | undefined
        : Value
      : Resolved<Group[Field]>;
};

type Extras = Omit<Setting, 'type' | 'meaning' | 'default' | 'readVariable'>;

/** A setting with a default. */
export function setting<Value>(
  type: ValueType<Value>,
  meaning: string,
  fallback: Value,
  extras: Extras & Pick<Setting<Value>, 'readVariable'> = {},
): Setting<Value> & { readonly default: Value } {
  return { type, meaning, default: fallback, ...extras };
}

/** A setting that may be left out. */
export function optional<Value>(
  type: ValueType<Value>,
  meaning: string,
  extras: Extras & { readonly otherwise: string },
): Setting<Value> & { readonly default: undefined } {
  return { type, meaning, default: undefined, ...extras };
}

/** The key of a field in a file: `intervalMs` is `interval` there. */
export function keyOf(field: string): string {
  return field.replace(/Ms$/, '');
}

/** Whether an entry of a {@link SettingGroup} is no group itself. */
export function isSetting(entry: SettingGroup[string]): entry is Setting | NamedValues {
  return 'type' in entry && 'meaning' in entry;
}
