// Installs a binary by the module given first, and never gets further than half of it.
import { writeFileSync } from 'node:fs';
import { setInterval } from 'node:timers';
import { basename, join } from 'node:path';
const [module, target] = process.argv.slice(2);
const { installBinary } = await import(module);
await installBinary(target, async (folder) => {
  writeFileSync(join(folder, basename(target)), 'half');
  process.stdout.write('half\n');
  await new Promise(() => setInterval(() => {}, 1000));
});
