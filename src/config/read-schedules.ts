import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, relative } from 'node:path';
import { globSync } from 'tinyglobby';
import type { Document, Node } from 'yaml';
import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import { createOccurrences } from '../cron/create-occurrences.ts';
import { HoldfastError, invalid, show } from '../domain/errors.ts';
import type { ScheduleDocument } from '../domain/schedule-definition.ts';
import { resolveDefinition } from '../domain/schedule-definition.ts';
import type { Steps } from './yaml-lines.ts';
import { lineOf, stepsOf } from './yaml-lines.ts';

/** A schedule that a file holds. */
export interface ReadSchedule {
  readonly document: ScheduleDocument;
  /** `schedules.yaml, line 3`. */
  readonly place: string;
}

/** Files that hold others' paths may do so this deep: one that names itself ends there. */
const DEEPEST = 5;

/**
 * The schedules of a YAML or JSON file, checked in full: one, a list, a list under `schedules`, or
 * several YAML documents. A text in a list is the path of another such file, or a glob of some, from the
 * folder of this one.
 *
 * @throws HoldfastError `invalid_input` that names file, line and field
 */
async function readSchedules(file: string, depth = 0): Promise<ReadSchedule[]> {
  const text = await readText(file);
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines });
  const documents = 'empty' in parsed ? [] : parsed;
  const read: ReadSchedule[] = [];
  for (const document of documents) {
    const [error] = document.errors;
    if (error !== undefined) throw notYaml(file, lines.linePos(error.pos[0]).line, error.message);
    for (const path of schedulePaths(document)) {
      const node = document.getIn(path, true);
      if (isScalar(node) && typeof node.value === 'string') {
        const place = `${file}, line ${lineOf(document, lines, path)}`;
        if (depth === DEEPEST) throw invalid(place, 'a file that does not name itself', node.value);
        for (const other of filesOf(file, node.value, place)) {
          read.push(...(await readSchedules(other, depth + 1)));
        }
      } else {
        read.push(readOne({ file, document, path, lines }));
      }
    }
  }
  const isEmptyList = documents.some(
    ({ contents }) => isMap(contents) && contents.has('schedules'),
  );
  if (read.length === 0 && !isEmptyList) throw invalid(file, 'at least one schedule', undefined);
  return read;
}

/** The files that a path or a glob in a file names, by their names. */
function filesOf(file: string, pattern: string, place: string): string[] {
  const folder = dirname(file);
  if (!/[*?{[]/.test(pattern)) return [isAbsolute(pattern) ? pattern : join(folder, pattern)];
  const found = globSync([pattern], { cwd: folder, absolute: true, expandDirectories: false });
  if (found.length === 0) throw invalid(place, 'a path or a glob of some files', pattern);
  return found.sort().map((path) => (isAbsolute(file) ? path : relative('', path)));
}

/**
 * The schedules that a configuration file names under `schedules`; none where it has no such section.
 *
 * @throws HoldfastError `invalid_input`
 */
export async function configuredSchedules(
  file: string | undefined,
): Promise<readonly ReadSchedule[]> {
  if (file === undefined) return [];
  const [document] = parseAllDocuments(await readText(file));
  const contents = document?.contents;
  if (!isMap(contents) || !contents.has('schedules')) return [];
  const [read] = await readScheduleFiles([file]);
  return read?.schedules ?? [];
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
  readonly path: Steps;
  readonly lines: LineCounter;
}

/** Where the schedules of a document are. */
function schedulePaths({ contents }: Document.Parsed): (string | number)[][] {
  if (contents === null) return [];
  const within: unknown = isMap(contents) ? contents.get('schedules', true) : undefined;
  if (isScalar(within)) return within.value === null ? [] : [['schedules']];
  if (isSeq(within)) return within.items.map((_, index) => ['schedules', index]);
  if (isSeq(contents)) return contents.items.map((_, index) => [index]);
  return [[]];
}

function readOne({ file, document, path, lines }: Place): ReadSchedule {
  const node = (path.length === 0 ? document.contents : document.getIn(path, true)) as Node;
  const line = lines.linePos(node.range?.[0] ?? 0).line;
  const value = node.toJS(document) as ScheduleDocument;
  try {
    createOccurrences(resolveDefinition(value).plan, 'schedule.');
    return { document: value, place: `${file}, line ${line}` };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    const { path: given } = error.details;
    const field = typeof given === 'string' ? stepsOf(given.replace(/^schedule\.?/, '')) : [];
    const isKnown = field.length > 0 && document.hasIn([...path, field[0]]);
    const at = isKnown ? lineOf(document, lines, [...path, ...field]) : line;
    throw new HoldfastError(
      'invalid_input',
      `${file}, line ${at}: ${error.message.replace(/^schedule(?:\.|: )/, '')}`,
      {
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        details: { ...error.details, file, line: at },
        cause: error,
      },
    );
  }
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
