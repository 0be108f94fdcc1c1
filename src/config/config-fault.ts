import { HoldfastError, invalid } from '../domain/errors.ts';
import { nearestName } from '../domain/nearest-name.ts';

/** Something that is wrong in a configuration. */
export interface ConfigFault {
  /** The file and the line, `holdfast.yaml, line 3`; undefined for a flag or a variable. */
  readonly place: string | undefined;
  /** Path, what was expected, and what came. */
  readonly message: string;
  readonly hint: string | undefined;
}

/** A fault as one line. */
export function formatFault({ place, message }: ConfigFault): string {
  return place === undefined ? message : `${place}: ${message}`;
}

/** The error for a configuration that is wrong: it tells the first fault, and has all in its details. */
export function configError(faults: readonly [ConfigFault, ...ConfigFault[]]): HoldfastError {
  const [first, ...others] = faults;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  const hint = others.length === 0 ? first.hint : 'see all of them with `holdfast config check`';
  return new HoldfastError('invalid_input', `${formatFault(first)}${more}`, {
    ...(hint === undefined ? {} : { hint }),
    details: { faults },
  });
}

/** The error for a key that is none of some, with the one that was probably meant. */
export function unknownKey(path: string, key: string, known: readonly string[]): HoldfastError {
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? undefined : `did you mean ${nearest}?`;
  return invalid(path, `one of ${known.join(', ')}`, key, hint);
}
