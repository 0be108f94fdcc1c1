import { expect, it } from 'vitest';
import { runToEnd } from '../../../dist/dev/stack/run-to-end.js';

const sh = (script: string) => ({ command: 'sh', args: ['-c', script] });

it('a command gets its input and variables', async () => {
  await runToEnd(sh('read word; test "$word $PLACE" = "hello there"'), {
    input: 'hello\n',
    env: { PLACE: 'there' },
  });
});

it('a command that fails is told with its last lines', async () => {
  const running = runToEnd(sh('seq 1 30; echo no such database >&2; exit 3'));
  await expect(running).rejects.toThrow(
    /^sh ended with exit code 3:\n {2}17\n(.*\n)+ {2}no such database$/,
  );
});

it('a command that does not exist is told', async () => {
  await expect(runToEnd({ command: 'no-such-command', args: [] })).rejects.toThrow(
    'no-such-command ended with spawn no-such-command ENOENT',
  );
});
