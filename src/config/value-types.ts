import { checkCount, checkFields } from '../domain/check.ts';
import { formatDuration, parseDuration } from '../domain/duration.ts';
import { invalid } from '../domain/errors.ts';
import { nearestName } from '../domain/nearest-name.ts';

/** How values of a setting are written, and what they are read as. */
export interface ValueType<Value> {
  /** What may be written, for the documentation. */
  readonly written: string;
  /** Every value, where there are but a few words. */
  readonly words?: readonly string[];
  /** It is several: a flag that is given again adds to them. */
  readonly isList?: boolean;
  /**
   * The value that was written in a file.
   *
   * @param path names the place in the error
   * @throws HoldfastError `invalid_input`
   */
  read(given: unknown, path: string): Value;
  /** The value that a text of a flag or a variable stands for, as a file would have it. */
  parse(text: string): unknown;
  /** The value as it would be written. */
  show(value: Value): string;
}

/** A text; empty is none. */
export const text: ValueType<string> = {
  written: 'a text',
  read: (given, path) => {
    if (typeof given === 'string' && given !== '') return given;
    throw invalid(path, 'a text', given);
  },
  parse: (given) => given,
  show: (value) => value,
};

/** A length of time, from `leastMs` milliseconds on; read as milliseconds. */
export function duration(leastMs: number): ValueType<number> {
  return {
    written: 'a duration',
    read: (given, path) => {
      const ms = parseDuration(given, path);
      if (ms >= leastMs) return ms;
      throw invalid(path, `at least ${formatDuration(leastMs)}`, given);
    },
    parse: (given) => given,
    show: formatDuration,
  };
}

/** A whole number of `least` to `most`. */
export function count(least: number, most = Number.MAX_SAFE_INTEGER): ValueType<number> {
  return {
    written: `a whole number from ${least}`,
    read: (given, path) => {
      if (checkCount(given, path, least) <= most) return given as number;
      throw invalid(path, `a whole number from ${least} to ${most}`, given);
    },
    parse: numberIn,
    show: String,
  };
}

/** A number from 0 to 1. */
export const share: ValueType<number> = {
  written: 'a number from 0 to 1',
  read: (given, path) => {
    if (typeof given === 'number' && given >= 0 && given <= 1) return given;
    throw invalid(path, 'a number from 0 to 1', given);
  },
  parse: numberIn,
  show: String,
};

/** True or false. */
export const yesOrNo: ValueType<boolean> = {
  written: 'true or false',
  read: (given, path) => {
    if (typeof given === 'boolean') return given;
    throw invalid(path, 'true or false', given);
  },
  parse: (given) => ({ true: true, false: false })[given] ?? given,
  show: String,
};

/** One of some words. */
export function choice<const Word extends string>(words: readonly Word[]): ValueType<Word> {
  return {
    written: words.join(', '),
    words,
    read: (given, path) => {
      const found = words.find((word) => word === given);
      if (found !== undefined) return found;
      const nearest = typeof given === 'string' ? nearestName(given, words) : undefined;
      const hint = nearest === undefined ? undefined : `did you mean ${nearest}?`;
      throw invalid(path, `one of ${words.join(', ')}`, given, hint);
    },
    parse: (given) => given,
    show: (value) => value,
  };
}

/** Texts, in a flag or variable with commas between; each is what `element` reads. */
export function list(element: ValueType<string>): ValueType<readonly string[]> {
  return {
    written: `a list, each ${element.written}`,
    isList: true,
    read: (given, path) => {
      if (!Array.isArray(given) || given.length === 0) throw invalid(path, 'a list', given);
      return given.map((each: unknown, index) => element.read(each, `${path}[${index}]`));
    },
    parse: piecesOf,
    show: (values) => values.join(', '),
  };
}

/** A text for each of some names; in a flag or variable `name=text` with commas between. */
export function mapping<const Name extends string>(
  names: readonly Name[],
): ValueType<Partial<Readonly<Record<Name, string>>>> {
  return {
    written: `a text for each of ${names.join(', ')}`,
    isList: true,
    read: (given, path) => {
      const fields = checkFields(given, names, path);
      for (const [name, value] of Object.entries(fields)) text.read(value, `${path}.${name}`);
      return fields as Partial<Record<Name, string>>;
    },
    parse: (given) =>
      Object.fromEntries(
        piecesOf(given).map((piece) => {
          const [name = '', ...value] = piece.split('=');
          return [name, value.join('=')];
        }),
      ),
    show: (values) =>
      Object.entries(values)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(', '),
  };
}

/** The origin of a web page, as browsers send it: no path, and no port that is the usual one. */
export const origin: ValueType<string> = {
  written: 'an address such as http://127.0.0.1:8233',
  read: (given, path) => {
    const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined;
    if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
    throw invalid(path, 'an address such as http://127.0.0.1:8233', given);
  },
  parse: (given) => given,
  show: (value) => value,
};

function piecesOf(given: string): string[] {
  return given.split(',').map((piece) => piece.trim());
}

function numberIn(given: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(given) ? Number(given) : given;
}
