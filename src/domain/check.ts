import { invalid } from './errors.ts';

/**
 * A name that can stand in workflow ids, queue names and search attributes.
 *
 * @throws HoldfastError `invalid_input` when it is no string of 1 to 200 printable characters
 */
export function checkName(value: unknown, path: string): string {
  // 200 leaves room for our prefixes and suffixes under the server's 255 characters on SQL.
  // A lone surrogate (Cs) does not survive UTF-8: two such ids would become one.
  const isPrintable = typeof value === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(value);
  if (isPrintable && value.length <= 200) return value;
  throw invalid(path, 'a text of 1 to 200 printable characters', value);
}

/** A whole number of at least `least`. @throws HoldfastError `invalid_input` */
export function checkCount(value: unknown, path: string, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw invalid(path, `a whole number from ${least}`, value);
}

/** A list of texts. @throws HoldfastError `invalid_input` */
export function checkTexts(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return value;
  throw invalid(path, 'a list of texts', value);
}

/**
 * The value, or undefined when it was left out; clients in other languages send null for that.
 *
 * @throws HoldfastError `invalid_input` when it is no object
 */
export function checkObject<Value extends object>(
  value: Value | null | undefined,
  path: string,
): Value | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value;
  throw invalid(path, 'an object', value);
}

/** One of some texts. @throws HoldfastError `invalid_input` */
export function checkChoice<Choice extends string>(
  value: unknown,
  choices: readonly Choice[],
  path: string,
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw invalid(path, choices.map((choice) => `"${choice}"`).join(' or '), value);
}

/**
 * The fields of a JSON object that has none but the named ones. A field that is null counts as left out.
 *
 * @param path names the object in the error
 * @param at stands before the name of a field in the error
 * @throws HoldfastError `invalid_input` when it is no object, and for the first other field
 */
export function checkFields<Name extends string>(
  value: unknown,
  names: readonly Name[],
  path: string,
  at = `${path}.`,
): Readonly<Partial<Record<Name, unknown>>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(path, 'an object', value);
  }
  const known: readonly string[] = names;
  const other = Object.keys(value).find((name) => !known.includes(name));
  if (other !== undefined) {
    throw invalid(`${at}${other.slice(0, 80)}`, `no field but ${names.join(', ')}`, other);
  }
  const given = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(given) as Partial<Record<Name, unknown>>;
}
