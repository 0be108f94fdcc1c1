/** What readers are told of a JSON schema. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  readonly description?: string;
}

const ANY = 'any JSON';

/**
 * A schema in words, such as `integer, 1 to 1000`: values in back quotes, and names of schemas as links of
 * Markdown to `#<name in small letters>`.
 */
export function typeText(schema: Schema): string {
  const values = [...(schema.enum ?? []), ...(schema.const === undefined ? [] : [schema.const])];
  if (values.length > 0) return withDefault(values.map(json).join(', '), schema);
  if (schema.$ref !== undefined) return linkToSchema(schema.$ref.split('/').at(-1)!);
  const anyOf = schema.anyOf ?? schema.oneOf;
  if (anyOf !== undefined) return withDefault(anyOf.map(alternativeText).join(' or '), schema);
  // Beside the schema itself, one that only describes it.
  if (schema.allOf !== undefined) return schema.allOf.map(typeText).filter(isSaid).join(' and ');
  if (schema.items !== undefined) return `list of ${typeText(schema.items)}`;
  return withDefault([plainType(schema), rangeText(schema)].filter(Boolean).join(', '), schema);
}

function linkToSchema(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

/** The fields of an object and of those in it, as rows: name, type in words, meaning. */
export function fieldRows(schema: Schema, prefix = ''): string[][] {
  const required = schema.required ?? [];
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const inner = field.items?.properties === undefined ? field : field.items;
    return [
      [
        `\`${path}\`${required.includes(name) ? '' : '?'}`,
        typeText(field),
        field.description ?? '',
      ],
      ...fieldRows(inner, inner === field ? `${path}.` : `${path}[].`),
    ];
  });
}

function alternativeText(schema: Schema): string {
  const fields = fieldRows(schema).map(([name, type]) => `${name} (${type})`);
  return fields.length === 0 ? typeText(schema) : `object of ${fields.join(', ')}`;
}

function isSaid(text: string): boolean {
  return text !== ANY;
}

function plainType({ type, format, properties, additionalProperties }: Schema): string {
  if (format === 'date-time') return 'time';
  if (type === 'object' && properties === undefined && typeof additionalProperties === 'object') {
    const inner = typeText(additionalProperties);
    return isSaid(inner) ? `object of ${inner}` : 'object';
  }
  if (type === undefined) return ANY;
  return typeof type === 'string' ? type : type.join(' or ');
}

function rangeText(schema: Schema): string {
  // The bounds of JavaScript's numbers say nothing.
  const bound = (value: number | undefined) =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  const least = bound(schema.minimum) ?? schema.minLength;
  const most = bound(schema.maximum) ?? schema.maxLength;
  const unit = schema.type === 'string' ? ' characters' : '';
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  if (most !== undefined) return `up to ${most}${unit}`;
  return least === undefined ? '' : `from ${least}${unit}`;
}

function withDefault(text: string, { default: value }: Schema): string {
  return value === undefined ? text : `${text}, default ${json(value)}`;
}

function json(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
