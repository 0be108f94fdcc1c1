// Opens a transaction on the database given first, writes a row, says so, and stays.
import { setInterval } from 'node:timers';
import pg from 'pg';
const client = new pg.Client(process.argv[2]);
client.on('error', (error) => process.stdout.write(`${error.message}\n`));
await client.connect();
await client.query('begin');
await client.query('insert into held values (1)');
process.stdout.write('open\n');
setInterval(() => {}, 1000);
