// Starts a command through the module given first, says its process id once it has said something
// itself, and stays.
const [module, command, ...args] = process.argv.slice(2);
const { startTethered } = await import(module);
const child = await startTethered({ command, args });
for await (const chunk of child.output[0]) if (chunk.length > 0) break;
process.stdout.write(`${child.pid}\n`);
await child.exited;
