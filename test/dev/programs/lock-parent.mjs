// Locks a data folder by the module given first, records a child process, says its id, and stays.
import { spawn } from 'node:child_process';
const [module, dataDir] = process.argv.slice(2);
const { lockDataDir } = await import(module);
const lock = await lockDataDir(dataDir);
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true });
await lock.record([child.pid]);
process.stdout.write(`${child.pid}\n`);
