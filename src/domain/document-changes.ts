import type { Json } from './json.ts';
import type { ScheduleDocument } from './schedule-definition.ts';

/** A field that two versions of a schedule have differently; undefined: one of them has not got it. */
export interface FieldChange {
  /** Such as `cron` or `retry.maxAttempts`. */
  readonly field: string;
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, Json>>;

/**
 * What is different in a later version of a schedule, field by field, objects inside too; lists are one
 * value. Undefined is a schedule that does not exist.
 */
export function documentChanges(
  from: ScheduleDocument | undefined,
  to: ScheduleDocument | undefined,
): FieldChange[] {
  return valueChanges('', fieldsOf(from), fieldsOf(to));
}

/** The fields of a schedule but its name; one that is null counts as left out. */
export function fieldsOf(document: ScheduleDocument | undefined): JsonObject {
  const fields = Object.entries(document ?? {});
  return Object.fromEntries(fields.filter(([name, value]) => name !== 'name' && value !== null));
}

/** The differences of two values, of which each is named from `field` on. */
function valueChanges(field: string, from: Json | undefined, to: Json | undefined): FieldChange[] {
  if (isSameJson(from, to)) return [];
  if (!isJsonObject(from) || !isJsonObject(to)) return [{ field, from, to }];
  return namesOf(from, to).flatMap((name) =>
    valueChanges(fieldAt(field, name), valueOf(from, name), valueOf(to, name)),
  );
}

/** The names in objects, each once, in the order of the first that has it. */
export function namesOf(...objects: readonly JsonObject[]): string[] {
  return [...new Set(objects.flatMap((object) => Object.keys(object)))];
}

/** How a field inside another one is called. */
export function fieldAt(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}

/** An object's own value of a name: an input may have names such as `constructor`. */
export function valueOf(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** True for what is no list, no text, no number… */
export function isJsonObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for equal values; the order of an object's names says nothing. */
export function isSameJson(one: Json | undefined, other: Json | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, n) => isSameJson(each, other[n]));
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSameJson(one[name], other[name]))
  );
}
