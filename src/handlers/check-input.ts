import type { StandardSchemaV1 } from '@standard-schema/spec';
import { HoldfastError, show } from '../domain/errors.ts';

/**
 * The input as the schema gives it back.
 *
 * @param kind names the job in the error
 * @param secret the error says nothing of the values, and of the schema's words
 * @throws HoldfastError `invalid_input` that names each field the schema refuses
 */
export async function checkInput<Schema extends StandardSchemaV1>(
  kind: string,
  schema: Schema,
  input: unknown,
  secret = false,
): Promise<StandardSchemaV1.InferOutput<Schema>> {
  const checked = await schema['~standard'].validate(input);
  if (checked.issues === undefined) return checked.value;
  const issues = checked.issues.map((issue) =>
    secret ? `${placeOf(issue)}: ${WITHHELD}` : describe(issue, input),
  );
  const told = checked.issues.map(({ message, path }) => (secret ? { path } : { message, path }));
  throw new HoldfastError('invalid_input', `input of ${kind}: ${issues.join('; ')}`, {
    hint: `the schema is in defineJob({ kind: ${JSON.stringify(kind)} })`,
    details: { kind, issues: told },
  });
}

/** A schema's own words may quote what it refuses. */
const WITHHELD = 'the schema refuses it; the kind is secret';

function describe(issue: StandardSchemaV1.Issue, input: unknown): string {
  const got = keysOf(issue).reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
  return `${placeOf(issue)}: ${issue.message}, got ${show(got)}`;
}

function placeOf(issue: StandardSchemaV1.Issue): string {
  const keys = keysOf(issue);
  return keys.length === 0 ? 'the whole' : keys.map(String).join('.');
}

function keysOf({ path = [] }: StandardSchemaV1.Issue): PropertyKey[] {
  return path.map((part) => (typeof part === 'object' ? part.key : part));
}
