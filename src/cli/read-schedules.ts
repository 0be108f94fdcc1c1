import { readFile } from 'node:fs/promises';
import { normalize } from 'node:path';
import type { Document, Node } from 'yaml';
import { isMap, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { checkSchedule } from '../client/schedules/check-schedule.ts';
import { HoldfastError, invalid, show } from '../domain/errors.ts';
import type { ScheduleDocument } from '../domain/schedule-definition.ts';

/** A schedule that a file holds. */
interface ReadSchedule {
  readonly document: ScheduleDocument;
  /** `schedules.yaml, line 3`. */
  readonly place: string;
}

/**
 * The schedules of a YAML or JSON file, checked in full: one, a list, a list under `schedules`, or
 * several YAML documents.
 *
 * @throws HoldfastError `invalid_input` that names file, line and field
 */
async function readSchedules(file: string): Promise<ReadSchedule[]> {
  const text = await readText(file);
  const lines = new LineCounter();
  const lineOf = (node: Node | null | undefined) =>
    node?.range == null ? undefined : lines.linePos(node.range[0]).line;
  const parsed = parseAllDocuments(text, { lineCounter: lines });
  const documents = 'empty' in parsed ? [] : parsed;
  const read: ReadSchedule[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) throw notYaml(file, lines.linePos(error.pos[0]).line, error.message);
    for (const path of schedulePaths(document)) {
      read.push(readOne({ file, document, path, lineOf }));
    }
  }
  const isEmptyList = documents.some(
    ({ contents }) => isMap(contents) && contents.has('schedules'),
  );
  if (read.length === 0 && !isEmptyList) throw invalid(file, 'at least one schedule', undefined);
  return read;
}

/** A file with its schedules. */
export interface ScheduleFile {
  /** Its path, as it was given but for what says nothing, such as `./`. */
  readonly name: string;
  readonly schedules: readonly ReadSchedule[];
}

/**
 * The schedules of several files; of two with one name the error names both places.
 *
 * @throws HoldfastError `invalid_input`
 */
export async function readScheduleFiles(files: readonly string[]): Promise<ScheduleFile[]> {
  const read = await Promise.all(
    files.map(async (file) => ({ name: normalize(file), schedules: await readSchedules(file) })),
  );
  const all = read.flatMap(({ schedules }) => schedules);
  const places = new Map<string, string>();
  for (const { document, place } of all) {
    const other = places.get(document.name);
    if (other !== undefined) {
      throw invalid(`${place}: name`, `a name that ${other} has not`, document.name);
    }
    places.set(document.name, place);
  }
  return read;
}

interface Place {
  readonly file: string;
  readonly document: Document.Parsed;
  /** Where in the document the schedule is. */
  readonly path: readonly (string | number)[];
  readonly lineOf: (node: Node | null | undefined) => number | undefined;
}

/** Where the schedules of a document are. */
function schedulePaths({ contents }: Document.Parsed): (string | number)[][] {
  if (contents === null) return [];
  const within = isMap(contents) ? contents.get('schedules', true) : undefined;
  if (isSeq(within)) return within.items.map((_, index) => ['schedules', index]);
  if (isSeq(contents)) return contents.items.map((_, index) => [index]);
  return [[]];
}

function readOne({ file, document, path, lineOf }: Place): ReadSchedule {
  const nodeAt = (at: readonly (string | number)[]) =>
    (at.length === 0 ? document.contents : document.getIn(at, true)) as Node | undefined;
  const node = nodeAt(path);
  const place = `${file}, line ${lineOf(node) ?? 1}`;
  const value = node?.toJS(document) as ScheduleDocument;
  try {
    return { document: checkSchedule(value).document, place };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const { path: given } = error.details;
    const field = typeof given === 'string' ? given : '';
    const line = lineOf(nearestNode(field, (steps) => nodeAt([...path, ...steps])) ?? node);
    const at = line === undefined ? place : `${file}, line ${line}`;
    throw new HoldfastError(
      'invalid_input',
      `${at}: ${error.message.replace(/^schedule(?:\.|: )/, '')}`,
      {
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        details: { ...error.details, file, line },
        cause: error,
      },
    );
  }
}

/** The node of a field such as `schedule.retry.backoff[1]`, or else what it would stand in. */
function nearestNode(
  field: string,
  nodeAt: (steps: readonly (string | number)[]) => Node | undefined,
): Node | undefined {
  const steps = [...field.replace(/^schedule\.?/, '').matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, index, name]) => (index === undefined ? (name ?? '') : Number(index)),
  );
  for (let length = steps.length; length > 0; length--) {
    const node = nodeAt(steps.slice(0, length));
    if (node !== undefined && typeof node === 'object') return node;
  }
  return undefined;
}

async function readText(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'which does not exist' : `which does not open (${code})`;
    throw new HoldfastError(
      'invalid_input',
      `expected a file that can be read, got ${show(file)}, ${why}`,
      { hint: 'the path is from the current folder', cause: error },
    );
  }
}

function notYaml(file: string, line: number, message: string): HoldfastError {
  const [first = ''] = message.split('\n');
  return invalid(`${file}, line ${line}`, 'YAML or JSON', first.replace(/ at line .*$/, ''));
}
