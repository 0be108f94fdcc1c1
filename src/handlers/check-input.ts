import type { StandardSchemaV1 } from '@standard-schema/spec';
import { HoldfastError, show } from '../domain/errors.ts';

/**
 * The input as the schema gives it back.
 *
 * @param kind names the job in the error
 * @throws HoldfastError `invalid_input` that names each field the schema refuses
 */
export async function checkInput<Schema extends StandardSchemaV1>(
  kind: string,
  schema: Schema,
  input: unknown,
): Promise<StandardSchemaV1.InferOutput<Schema>> {
  const checked = await schema['~standard'].validate(input);
  if (checked.issues === undefined) return checked.value;
  const issues = checked.issues.map((issue) => describe(issue, input));
  throw new HoldfastError('invalid_input', `input of ${kind}: ${issues.join('; ')}`, {
    hint: `the schema is in defineJob({ kind: ${JSON.stringify(kind)} })`,
    details: { kind, issues: checked.issues.map(({ message, path }) => ({ message, path })) },
  });
}

function describe(issue: StandardSchemaV1.Issue, input: unknown): string {
  const keys = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  const got = keys.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key],
    input,
  );
  return `${keys.length === 0 ? 'the whole' : keys.map(String).join('.')}: ${issue.message}, got ${show(got)}`;
}
