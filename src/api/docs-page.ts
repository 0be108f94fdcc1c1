import type { NamedOperation } from './documented-operations.ts';
import {
  aboutOf,
  codesOf,
  commonErrors,
  contentText,
  errorsOf,
  operationsOf,
} from './documented-operations.ts';
import { DOCS_STYLE } from './docs-style.ts';
import type { OpenApiDocument } from './open-api.ts';
import type { Schema } from './schema-text.ts';
import { fieldRows, typeText } from './schema-text.ts';

/** A readable page of the document: text and style in one file, no script, nothing from elsewhere. */
export function docsPage(document: OpenApiDocument): string {
  const { title, version, description = '' } = document.info;
  const operations = operationsOf(document.paths);
  const common = commonErrors(operations);
  const tags = document.tags ?? [];
  const schemas = Object.entries(document.components?.schemas ?? {}) as [string, Schema][];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${plain(title)} API</title><style>${DOCS_STYLE}</style></head><body>
<h1>${plain(title)} API <small>${plain(version)}</small></h1>
<p>${html(description)} For programs: <a href="/openapi.json">/openapi.json</a>.</p>
<nav>${[...tags.map(({ name }) => name), 'schemas'].map(navLink).join(' ')}</nav>
<p>Each route may also be answered with ${html(common.map((code) => `\`${code}\``).join(', '))}. A
name with ? may be left out. Times are of ISO 8601. On the right stands the role that a route needs.</p>
${tags
  .map(
    ({ name, description: about = '' }) => `<h2 id="${name}">${name}</h2><p>${html(about)}</p>
${operations
  .filter(({ operation }) => operation.tags.includes(name))
  .map((each) => operationHtml(each, common))
  .join('\n')}`,
  )
  .join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas.map(([name, schema]) => schemaHtml(name, schema)).join('\n')}
</body></html>
`;
}

function navLink(name: string): string {
  return `<a href="#${name}">${name}</a>`;
}

function operationHtml({ name, operation }: NamedOperation, common: readonly string[]): string {
  const { summary, parameters = [], requestBody, responses } = operation;
  const [method = '', path = ''] = name.split(' ');
  const role = operation['x-holdfast-role'];
  const errors = errorsOf(operation).filter((error) => !common.includes(error));
  const answers = Object.entries(responses).filter(([, answer]) => codesOf(answer).length === 0);
  return `<details><summary><b class="${method.toLowerCase()}">${method}</b> <code>${plain(path)}</code>
<span>${html(summary)}</span>${role === undefined ? '' : ` <em>${role}</em>`}</summary>
${paragraph(aboutOf(operation))}${table(
    ['parameter', 'in', 'type', 'meaning'],
    parameters.map((parameter) => [
      `\`${parameter.name}\`${parameter.required === true ? '' : '?'}`,
      parameter.in,
      typeText(parameter.schema),
      parameter.description ?? '',
    ]),
  )}${requestBody === undefined ? '' : paragraph(`Body: ${contentText(requestBody.content)}`)}${table(
    ['status', 'answer', 'content'],
    answers.map(([status, { description, content = {} }]) => [
      status,
      description,
      contentText(content),
    ]),
  )}${errors.length === 0 ? '' : paragraph(`Errors: ${errors.map((error) => `\`${error}\``).join(', ')}`)}
</details>`;
}

function schemaHtml(name: string, schema: Schema): string {
  const alternatives = (schema.anyOf ?? schema.oneOf ?? [schema]).map((each) => fieldRows(each));
  const isObject = alternatives.every(({ length }) => length > 0);
  const tables = alternatives.map((rows) => table(['field', 'type', 'meaning'], rows));
  return `<h3 id="schema-${name}">${name}</h3>${paragraph(schema.description ?? '')}${
    isObject ? tables.join('<p>or</p>') : paragraph(typeText(schema))
  }`;
}

function paragraph(text: string): string {
  return text === '' ? '' : `<p>${html(text)}</p>`;
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${html(cell)}</${tag}>`).join('')}</tr>`;
  return `<table>${line(heading, 'th')}${rows.map((row) => line(row, 'td')).join('')}</table>`;
}

/** Text with what Markdown it has: code in back quotes, and links to schemas. */
function html(text: string): string {
  return plain(text)
    .replaceAll(/`([^`]*)`/g, '<code>$1</code>')
    .replaceAll(/\[(\w+)\]\(#\w+\)/g, '<a href="#schema-$1">$1</a>');
}

function plain(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
