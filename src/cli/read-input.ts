import { readFile } from 'node:fs/promises';
import { text as readAll } from 'node:stream/consumers';
import { HoldfastError, invalid } from '../domain/errors.ts';
import { findJsonFault } from './json-fault.ts';
import type { Terminal } from './terminal.ts';

const QUOTING =
  'put the JSON in single quotes, so that the shell leaves it alone, or use --input @file';

/**
 * The input that `--input` names: JSON, `@file`, or `-` for standard input.
 *
 * @throws HoldfastError `invalid_input` when there is no such file, or no JSON in it
 */
export async function readInput(value: string, terminal: Terminal): Promise<unknown> {
  if (value === '-') return parseInput(await readStdin(terminal), '--input -');
  if (!value.startsWith('@')) return parseInput(value, '--input');
  return parseInput(await readInputFile(value.slice(1)), `--input ${value}`);
}

/**
 * The value in a JSON text.
 *
 * @param place names the text in the error
 * @throws HoldfastError `invalid_input` with position, what was expected there, and what came
 */
export function parseInput(text: string, place: string): unknown {
  try {
    // Some editors on Windows begin a file with a mark that JSON does not know.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const fault = findJsonFault(text);
    if (fault === undefined) throw error;
    const got = text.slice(fault.position, fault.position + 20);
    throw invalid(
      `${place}, ${positionIn(text, fault.position)}`,
      fault.expected,
      got === '' ? undefined : got,
      hintFor(text, place),
    );
  }
}

function positionIn(text: string, position: number): string {
  const lines = text.slice(0, position).split('\n');
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return text.includes('\n') ? `line ${lines.length}, column ${column}` : `column ${column}`;
}

function hintFor(text: string, place: string): string {
  if (place !== '--input') return 'the rest of it was not read';
  if (/^[\w./~-]+\.\w+$/.test(text)) return `to read a file, write --input @${text}`;
  return QUOTING;
}

async function readInputFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'which does not exist' : `which does not open (${code})`;
    throw new HoldfastError(
      'invalid_input',
      `--input: expected a file that can be read, got ${path}, ${why}`,
      { hint: 'the path is from the current folder', cause: error },
    );
  }
}

async function readStdin({ stdin, note }: Terminal): Promise<string> {
  if (stdin.isTTY === true) await note('reading the input from the terminal; end it with Ctrl-D');
  return readAll(stdin);
}
