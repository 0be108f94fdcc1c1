import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readInput } from '../../dist/cli/read-input.js';
import type { Terminal } from '../../dist/cli/terminal.js';
import { temporaryFolder } from './temporary-folder.ts';

function terminal(stdin: string): Terminal {
  return { stdin: Readable.from([stdin]) } as unknown as Terminal;
}

test('it takes JSON, a file, or standard input', async () => {
  const file = join(await temporaryFolder(), 'input.json');
  await writeFile(file, '\uFEFF{"from":"a file with the mark that Windows puts there"}');
  expect(await readInput('{"a":[1]}', terminal(''))).toEqual({ a: [1] });
  expect(await readInput(`@${file}`, terminal(''))).toEqual({
    from: 'a file with the mark that Windows puts there',
  });
  expect(await readInput('-', terminal('"piped"'))).toBe('piped');
});

test('a file that is not there is named', async () => {
  await expect(readInput('@no-such.json', terminal(''))).rejects.toMatchObject({
    code: 'invalid_input',
    message: '--input: expected a file that can be read, got no-such.json, which does not exist',
  });
});

test('bad JSON on the command line names column, expected, got, and the shell', async () => {
  await expect(readInput('{name:Ada}', terminal(''))).rejects.toMatchObject({
    code: 'invalid_input',
    message: '--input, column 2: expected a name in double quotes or }, got "name:Ada}"',
    hint: 'put the JSON in single quotes, so that the shell leaves it alone, or use --input @file',
  });
});

test('bad JSON of several lines names the line too', async () => {
  await expect(readInput('-', terminal('{\n  "a": 1,\n}\n'))).rejects.toMatchObject({
    message: '--input -, line 3, column 1: expected a name in double quotes, got "}\\n"',
  });
});

test('JSON that ends too early is told so', async () => {
  await expect(readInput('{"a":1', terminal(''))).rejects.toMatchObject({
    message: '--input, column 7: expected a comma or }, got nothing',
  });
});

test('the name of a file without its @ is understood', async () => {
  await expect(readInput('input.json', terminal(''))).rejects.toMatchObject({
    hint: 'to read a file, write --input @input.json',
  });
});
