import { parseArgs } from 'node:util';
import type { PageName } from './reference/reference-pages.ts';
import {
  REFERENCE_PAGES,
  referencePage,
  writePage,
  writtenPage,
} from './reference/reference-pages.ts';

const HELP = `npm run docs [-- --check]

Writes the pages of docs/reference from the code. With --check it writes nothing, and fails when one of
them is not what it would write.`;

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const pages = Object.keys(REFERENCE_PAGES) as PageName[];
if (values.help) process.stdout.write(`${HELP}\n`);
else if (values.check) await check();
else await Promise.all(pages.map(writePage));

async function check(): Promise<void> {
  for (const page of pages) {
    if ((await writtenPage(page)) === (await referencePage(page))) continue;
    process.stderr.write(
      `docs/reference/${page} is not what the code says: run \`npm run docs\`\n`,
    );
    process.exitCode = 1;
  }
}
