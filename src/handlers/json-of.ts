/**
 * What JSON brings back of a value: dates and the like become what their `toJSON` gives, `undefined`
 * becomes null, functions are gone.
 */
export type JsonOf<Value> = unknown extends Value
  ? Value
  : Value extends { toJSON(): infer Text }
    ? JsonOf<Text>
    : Value extends string | number | boolean | null
      ? Value
      : Value extends undefined | void
        ? null
        : Value extends readonly unknown[]
          ? { -readonly [Index in keyof Value]: JsonOf<Value[Index]> }
          : Value extends object
            ? {
                [
                  Key in keyof Value as Value[Key] extends (...args: never[]) => unknown
                    ? never
                    : Key
                ]: JsonOf<Exclude<Value[Key], undefined>>;
              }
            : never;
