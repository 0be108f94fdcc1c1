// Sends the database given first a statement with an error and never the end of its batch.
import { setInterval } from 'node:timers';
import pg from 'pg';
const client = new pg.Client(process.argv[2]);
client.on('error', () => process.stdout.write('refused\n'));
await client.connect();
client.connection.parse({ text: 'select nonsense from', name: '', types: [] });
client.connection.flush();
setInterval(() => {}, 1000);
