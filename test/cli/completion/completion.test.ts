import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { Fleet } from '../../support/fleet.ts';
import { runHoldfast } from '../run-holdfast.ts';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const run = promisify(execFile);
const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

let fleet: Fleet;
let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const temporalAddress = inject('temporalAddress');
  fleet = await Fleet.start({ temporalAddress });
  folder = await mkdtemp(join(tmpdir(), 'holdfast-completion-'));
  const program = join(folder, 'holdfast');
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(program, 0o755);
  env = {
    ...process.env,
    PATH: `${folder}:${process.env['PATH']}`,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: fleet.namespace,
    DATABASE_URL: fleet.databaseUrl,
  };
  await fleet.startNode('gpu-1');
});
afterAll(async () => {
  await fleet.stop();
  await rm(folder, { recursive: true });
});

// What readline does: it sets the words, calls the function, and reads COMPREPLY.
const BASH = `
source <(holdfast completion bash)
compopt() { echo "files"; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
$(complete -p holdfast | sed 's/.*-F \\([^ ]*\\).*/\\1/') holdfast "\${@: -1}" "\${@: -2:1}"
printf '%s\\n' "\${COMPREPLY[@]}"`;

async function inBash(...words: string[]): Promise<string[]> {
  const args = ['--norc', '-c', BASH, 'bash', 'holdfast', ...words];
  const { stdout } = await run('bash', args, { env, cwd: folder });
  return stdout.trimEnd().split('\n');
}

test('bash completes commands, options, values, files and names', async () => {
  expect(await inBash('jo')).toEqual(['jobs']);
  expect(await inBash('jobs', 'list', '--sta')).toEqual(['--state']);
  expect(await inBash('jobs', 'list', '--state', '=', 'f')).toEqual(['failed']);
  expect(await inBash('submit', 'greet', '--jobs', '')).toEqual(['files']);
  await eventually(async () => (await inBash('nodes', 'drain', 'g'))[0] === 'gpu-1');
});

test('no word of the line is run', async () => {
  expect(await inBash('jobs', 'show', '$(touch', 'run)', '')).toEqual(['']);
  await expect(run('test', ['-e', join(folder, 'run')])).rejects.toThrow();
});

test.skipIf(!has('fish'))('fish completes the same, with descriptions', async () => {
  const complete = async (line: string) => {
    const script = `holdfast completion fish | source; complete -C '${line}'`;
    const { stdout } = await run('fish', ['--no-config', '-c', script], { env, cwd: folder });
    return stdout.trimEnd().split('\n');
  };
  expect(await complete('holdfast jobs list --state ')).toContain('failed');
  await eventually(async () => (await complete('holdfast nodes show '))[0]?.startsWith('gpu-1\t'));
});

test.skipIf(!has('zsh'))('zsh takes its script', async () => {
  const script =
    'autoload -Uz compinit; compinit -u -D; source <(holdfast completion zsh); echo $_comps[holdfast]';
  const { stdout } = await run('zsh', ['-fc', script], { env, cwd: folder });
  expect(stdout).toBe('_holdfast\n');
});

test('another shell is refused by name', async () => {
  const { exitCode, stderr } = await runHoldfast(['completion', 'tcsh']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
