// Arguments: the address of the built stack/postgres-stack.js, and a data folder. Starts the servers
// and prints their process ids.
const [module, dataDir] = process.argv.slice(2);
const { startPostgresStack } = await import(module);
const { pids } = await startPostgresStack({ dataDir, webUi: false });
console.log(pids.join(' '));
