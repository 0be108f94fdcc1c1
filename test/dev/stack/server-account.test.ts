import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serverAccount, underAccount } from '../../../dist/dev/stack/server-account.js';

const line = { command: 'sh', args: ['-c', 'echo "$(id -u) $(pwd) $1 $2"', 'sh', 'a b', '$HOME'] };

async function run({ command, args }: typeof line): Promise<string> {
  return (await promisify(execFile)(command, args)).stdout.trim();
}

describe('the account of PostgreSQL', () => {
  it('is never root', async () => {
    const account = await serverAccount();
    if (process.getuid?.() === 0) expect(account?.uid).toBeGreaterThan(0);
    else expect(account).toBeUndefined();
  });

  it('is changed to on the way to the command, with its arguments as they are', async () => {
    const account = await serverAccount();
    const changed = underAccount(account, '/', line);
    if (account === undefined) expect(changed).toEqual(line);
    else
      expect(await run({ ...changed, args: [...changed.args] })).toBe(`${account.uid} / a b $HOME`);
  });
});
