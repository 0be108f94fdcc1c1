import type { NamedOperation } from '../../src/api/documented-operations.ts';
import {
  aboutOf,
  codesOf,
  commonErrors,
  contentText,
  errorsOf,
  operationsOf,
} from '../../src/api/documented-operations.ts';
import { openApiDocument } from '../../src/api/open-api.ts';
import type { Schema } from '../../src/api/schema-text.ts';
import { fieldRows, typeText } from '../../src/api/schema-text.ts';
import { GENERATED, code, paragraphs, prose, table } from './markdown.ts';

/** The page of the routes and schemas of the API, from its OpenAPI document. */
export function apiPage(): string {
  const { paths = {}, tags = [], components = {} } = openApiDocument('');
  const operations = operationsOf(paths);
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

function operationSection({ name, operation }: NamedOperation, common: readonly string[]): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  const role = operation['x-holdfast-role'];
  const errors = errorsOf(operation).filter((error) => !common.includes(error));
  return paragraphs(
    `### \`${name}\``,
    `${prose(summary)}.${role === undefined ? '' : ` Role: \`${role}\`.`}`,
    prose(aboutOf(operation)),
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
  const cells = rows.map(([name = '', type = '', meaning = '']) => [name, type, prose(meaning)]);
  return table(['field', 'type', 'meaning'], cells);
}
