/** Those of the named fields that an object has. */
export function pick<Fields extends object, Name extends keyof Fields>(
  from: Fields,
  ...names: readonly Name[]
): Pick<Fields, Name> {
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(from, name)).map((name) => [name, from[name]]),
  ) as Pick<Fields, Name>;
}
