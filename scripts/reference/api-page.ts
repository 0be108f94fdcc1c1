import { openApiDocument } from '../../src/api/open-api.ts';
import { GENERATED, code, paragraphs, prose, table } from './markdown.ts';
import type { Schema } from './schema-text.ts';
import { fieldRows, typeText } from './schema-text.ts';

/** What the page tells of an operation. */
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

interface Answer {
  readonly description: string;
  readonly content?: Content;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Named {
  readonly name: string;
  readonly operation: Operation;
}

/** The page of the routes and schemas of the API, from its OpenAPI document. */
export function apiPage(): string {
  const { paths = {}, tags = [], components = {} } = openApiDocument('');
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
  const common = commonErrors(operations);
  return paragraphs(
    GENERATED,
    '# Routes of the REST API',
    `How to use it, and who may call what: [REST API](../api.md). The same for programs: \`/openapi.json\`, or
\`holdfast api --print-openapi\`. Whatever needs a role may also be answered with ${common.map(code).join(', ')}:
see [the errors](errors.md).`,
    ...tags.map(({ name, description = '' }) =>
      paragraphs(
        `## ${name}`,
        prose(description),
        ...operations
          .filter(({ operation }) => operation.tags.includes(name))
          .map((each) => operationSection(each, common)),
      ),
    ),
    '## Schemas',
    'A field with `?` may be left out. Times are of ISO 8601, such as `2026-01-31T09:30:00.000Z`.',
    ...Object.entries(components.schemas ?? {}).map(([name, schema]) =>
      schemaSection(name, schema as Schema),
    ),
  );
}

function operationSection({ name, operation }: Named, common: readonly string[]): string {
  const { summary, description = '', parameters = [], requestBody, responses } = operation;
  const role = operation['x-holdfast-role'];
  const about = description.replace(/ ?Needs the role `\w+`\.$/, '');
  const errors = errorsOf(operation).filter((error) => !common.includes(error));
  return paragraphs(
    `### \`${name}\``,
    `${prose(summary)}.${role === undefined ? '' : ` Role: \`${role}\`.`}`,
    prose(about),
    table(
      ['parameter', 'in', 'type', 'meaning'],
      parameters.map(({ name: parameter, in: place, required, schema, description: meaning }) => [
        code(parameter) + (required === true ? '' : '?'),
        place,
        typeText(schema),
        prose(meaning ?? ''),
      ]),
    ),
    requestBody === undefined ? '' : `Body: ${contentText(requestBody.content)}.`,
    table(
      ['status', 'answer', 'content'],
      Object.entries(responses)
        .filter(([, answer]) => codesOf(answer).length === 0)
        .map(([status, { description: meaning, content = {} }]) => [
          status,
          prose(meaning),
          contentText(content),
        ]),
    ),
    errors.length === 0 ? '' : `Errors: ${errors.map(code).join(', ')}.`,
  );
}

/** JSON need not be named. */
function contentText(content: Content): string {
  return Object.entries(content)
    .map(([type, { schema }]) =>
      type === 'application/json' ? typeText(schema) : `${code(type)} of ${typeText(schema)}`,
    )
    .join(', ');
}

function errorsOf({ responses }: Operation): string[] {
  return Object.values(responses).flatMap(codesOf);
}

/** The codes that an answer with a problem names. */
function codesOf({ description, content = {} }: Answer): string[] {
  if (content['application/problem+json'] === undefined) return [];
  return [...description.matchAll(/`(\w+)`: /g)].map(([, name]) => name!);
}

function commonErrors(operations: readonly Named[]): string[] {
  const guarded = operations.filter(({ operation }) => 'x-holdfast-role' in operation);
  const [first = [], ...others] = guarded.map(({ operation }) => errorsOf(operation));
  return first.filter((error) => others.every((errors) => errors.includes(error)));
}

function schemaSection(name: string, schema: Schema): string {
  const alternatives = (schema.anyOf ?? schema.oneOf ?? [schema]).map((each) => fieldRows(each));
  const isObject = alternatives.every(({ length }) => length > 0);
  const about = [prose(schema.description ?? ''), isObject ? '' : `${typeText(schema)}.`];
  return paragraphs(
    `### ${name}`,
    about.filter(Boolean).join(' '),
    isObject ? alternatives.map(fieldTable).join('\n\nOr:\n\n') : '',
  );
}

function fieldTable(rows: readonly (readonly string[])[]): string {
  return table(['field', 'type', 'meaning'], rows);
}
