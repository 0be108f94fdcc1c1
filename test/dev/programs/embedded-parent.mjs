// Starts embedded servers by the module given first, says their process ids, and stays.
import { readFileSync } from 'node:fs';
const [module, dataDir] = process.argv.slice(2);
const { startEmbedded } = await import(module);
const ports = { temporal: 0, webUi: 0, ledger: 0 };
await startEmbedded({ dataDir, ports });
const { children } = JSON.parse(readFileSync(`${dataDir}/lock`, 'utf8'));
process.stdout.write(`${children.join(' ')}\n`);
