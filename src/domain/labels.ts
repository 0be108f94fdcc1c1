import { checkName, checkObject } from './check.ts';
import { invalid } from './errors.ts';

/** What a node has or is, such as `{ gpu: 'a100' }`. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Labels, checked one by one.
 *
 * @throws HoldfastError `invalid_input`
 */
export function checkLabels(given: Labels | null | undefined, path: string): Labels {
  const labels = checkObject(given, path) ?? {};
  for (const [name, value] of Object.entries(labels)) {
    checkName(name, `${path}: the name of a label`);
    if (typeof value !== 'string') throw invalid(`${path}.${name}`, 'a text', value);
  }
  return labels;
}

/** Whether a node has all of the labels. */
export function hasLabels(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => labels[name] === value);
}

/** Labels in words, such as `gpu=a100, zone=b`. */
export function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
