import type { OpenApiDocument } from './open-api.ts';
import type { Schema } from './schema-text.ts';
import { typeText } from './schema-text.ts';

/** What readers are told of an operation. */
interface Operation {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly 'x-holdfast-role'?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema: Schema;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
}

/** What an operation answers with one status. */
interface Answer {
  readonly description: string;
  readonly content?: Content;
}

/** What a body may be, by its media type. */
type Content = Readonly<Record<string, { readonly schema: Schema }>>;

/** An operation with its name, such as `GET /v1/jobs`. */
export interface NamedOperation {
  readonly name: string;
  readonly operation: Operation;
}

/** The operations of the document, in its order. */
export function operationsOf(paths: OpenApiDocument['paths'] = {}): NamedOperation[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
}

/** The description of an operation without the role, which it tells by itself. */
export function aboutOf({ description = '' }: Operation): string {
  return description.replace(/ ?Needs the role `\w+`\.$/, '');
}

/** What a body may be, in words; JSON need not be named. */
export function contentText(content: Content): string {
  return Object.entries(content)
    .map(([type, { schema }]) =>
      type === 'application/json' ? typeText(schema) : `\`${type}\` of ${typeText(schema)}`,
    )
    .join(', ');
}

/** The codes of the errors that an operation may answer with. */
export function errorsOf({ responses }: Operation): string[] {
  return Object.values(responses).flatMap(codesOf);
}

/** The codes that an answer with a problem names. */
export function codesOf({ description, content = {} }: Answer): string[] {
  if (content['application/problem+json'] === undefined) return [];
  return [...description.matchAll(/`(\w+)`: /g)].map(([, name]) => name!);
}

/** The codes that every operation which needs a role may answer with. */
export function commonErrors(operations: readonly NamedOperation[]): string[] {
  const guarded = operations.filter(({ operation }) => 'x-holdfast-role' in operation);
  const [first = [], ...others] = guarded.map(({ operation }) => errorsOf(operation));
  return first.filter((error) => others.every((errors) => errors.includes(error)));
}
