import type { Document, LineCounter, Node } from 'yaml';

/** The keys and indexes that lead to a value. */
export type Steps = readonly (string | number)[];

/** The steps of a path such as `retry.backoff[1]`. */
export function stepsOf(path: string): Steps {
  return [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) =>
    index === undefined ? (name ?? '') : Number(index),
  );
}

/** Where a value stands in a YAML document, or else what it would stand in, from 1. */
export function lineOf(document: Document.Parsed, lines: LineCounter, steps: Steps): number {
  for (let length = steps.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : entryAt(document, steps.slice(0, length));
    if (node?.range != null) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** The key of an entry, where it has one: a value may begin lines below it. */
function entryAt(document: Document.Parsed, steps: Steps): Node | undefined {
  const parent = steps.length === 1 ? document.contents : document.getIn(steps.slice(0, -1), true);
  const last = steps.at(-1);
  const items = (parent as { items?: readonly unknown[] } | null | undefined)?.items ?? [];
  if (typeof last === 'number') return items[last] as Node | undefined;
  return (items as readonly { key?: Node & { value?: unknown } }[]).find(
    ({ key }) => String(key?.value) === last,
  )?.key;
}
