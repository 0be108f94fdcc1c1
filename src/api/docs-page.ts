import type { OpenApiDocument } from './open-api.ts';

/** What the page shows of an operation. */
interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly schema?: object;
    readonly description?: string;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Content }>
  >;
}

type Content = Readonly<Record<string, { readonly schema?: object }>>;

/** A readable page of the document: text and style in one file, no script, nothing from elsewhere. */
export function docsPage(document: OpenApiDocument): string {
  const { title, version, description = '' } = document.info;
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );
  const sections = (document.tags ?? []).map(
    ({ name, description: about = '' }) => `<h2 id="${name}">${name}</h2><p>${text(about)}</p>
${operations
  .filter(({ operation }) => operation.tags?.includes(name))
  .map(({ name: path, operation }) => operationHtml(path, operation))
  .join('\n')}`,
  );
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => `<h3 id="schema-${name}">${name}</h3>${schemaHtml(schema)}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(title)} API</title><style>${STYLE}</style></head><body>
<h1>${text(title)} API <small>${text(version)}</small></h1>
<p>${text(description)} For programs: <a href="/openapi.json">/openapi.json</a>.</p>
${sections.join('\n')}
<h2 id="schemas">Schemas</h2>
${schemas.join('\n')}
</body></html>
`;
}

function operationHtml(name: string, operation: Operation): string {
  const { summary = '', description = '', parameters = [], requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name: parameter, in: place, required, schema = {}, description: about = '' }) =>
      `<tr><td><code>${text(parameter)}</code></td><td>${place}${required === true ? ', required' : ''}</td>` +
      `<td>${text(about)} ${schemaHtml(schema)}</td></tr>`,
  );
  const body = requestBody === undefined ? '' : `<p>Body: ${contentHtml(requestBody.content)}</p>`;
  const answers = Object.entries(responses).map(
    ([status, { description: about, content = {} }]) =>
      `<tr><td>${status}</td><td>${text(about)}</td><td>${contentHtml(content)}</td></tr>`,
  );
  return `<details><summary><code>${text(name)}</code> ${text(summary)}</summary>
<p>${text(description)}</p>${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}${body}
<table>${answers.join('')}</table></details>`;
}

function contentHtml(content: Content): string {
  return Object.entries(content)
    .map(([type, { schema = {} }]) => `${text(type)} ${schemaHtml(schema)}`)
    .join(' ');
}

function schemaHtml(schema: object): string {
  const { $ref } = schema as { readonly $ref?: string };
  const name = $ref?.split('/').at(-1);
  if (name !== undefined) return `<a href="#schema-${text(name)}">${text(name)}</a>`;
  const json = text(JSON.stringify(schema, undefined, 1)).replaceAll(
    /&quot;\$ref&quot;: &quot;#\/components\/schemas\/(\w+)&quot;/g,
    '<a href="#schema-$1">$1</a>',
  );
  return json.length <= 80 ? `<code>${json}</code>` : `<pre>${json}</pre>`;
}

/** What was said with back quotes stays readable as it is. */
function text(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1a1a1a;background:#fff}code,pre{font:13px/1.4 ui-monospace,monospace}pre{background:#f4f4f4;
padding:.5rem;overflow:auto;margin:.25rem 0}details{border-top:1px solid #ddd;padding:.4rem 0}
summary{cursor:pointer}table{border-collapse:collapse;width:100%}td{border-top:1px solid #eee;
padding:.3rem .6rem .3rem 0;vertical-align:top}small{font-weight:normal;color:#666}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}pre{background:#222}
td,details{border-color:#333}a{color:#8ab4f8}}`;
