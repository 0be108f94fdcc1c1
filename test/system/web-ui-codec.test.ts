import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HoldfastClient } from 'holdfast';
import { connect } from 'holdfast';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateKey } from '../../dist/codec/keyring.js';
import { HoldfastProcess } from '../../dist/dev/holdfast-process.js';
import { eventually } from '../support/eventually.ts';
import { findChromium, NO_CHROMIUM, startBrowser } from './web-ui-browser.ts';
import { openTab, openWorkflow, visibleText } from './web-ui-page.ts';

const HANDLERS = fileURLToPath(new URL('../support/handlers.mjs', import.meta.url));
/** A page of a slow machine, not an expectation. */
const PAGE_LIMIT = { timeout: 60_000 };
const START_LIMIT_MS = 600_000;
const SECRET = 'the-word-is-xyzzy';

interface Dev {
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly databaseUrl: string;
  readonly webUi: string;
}

const chromium = await findChromium();
const isSkipped = chromium === undefined && process.env['CI'] !== 'true';
if (isSkipped) process.stderr.write(`the test of the codec is skipped: ${NO_CHROMIUM}\n`);

describe.skipIf(isSkipped)('the Web UI of a `holdfast dev` that has keys', () => {
  let dataDir: string | undefined;
  let dev: HoldfastProcess | undefined;
  let client: HoldfastClient | undefined;
  let browser: Browser | undefined;
  let page: Page;

  beforeAll(async () => {
    if (chromium === undefined) throw new Error(NO_CHROMIUM);
    dataDir = await mkdtemp(join(tmpdir(), 'holdfast-codec-'));
    const encryptionKeys = generateKey('dev');
    const ports = ['--temporal-port', '0', '--ui-port', '0', '--ledger-port', '0'];
    dev = HoldfastProcess.start({
      args: ['dev', '--data-dir', dataDir, '--jobs', HANDLERS, ...ports],
      env: {
        HOLDFAST_ENCRYPTION_KEYS: encryptionKeys,
        TEMPORAL_ADDRESS: undefined,
        DATABASE_URL: undefined,
      },
    });
    const servers = await eventually(async () => {
      if (!dev!.isRunning) throw new Error(dev!.lastLines);
      return readFile(join(dataDir!, 'dev.json'), 'utf8').catch(() => undefined);
    }, START_LIMIT_MS);
    const { temporal, databaseUrl, webUi } = JSON.parse(servers) as Dev;
    client = await connect({ temporal: { ...temporal, encryptionKeys }, databaseUrl });
    const job = await client.jobs.submit('echo', SECRET, { pool: 'test', id: 'utt-1' });
    await job.result();
    browser = await startBrowser(chromium);
    page = await browser.newPage({ viewport: { width: 1400, height: 760 } });
    await openWorkflow(page, { webUi, namespace: temporal.namespace, workflowId: 'job/utt-1' });
    // The Web UI may have to be built first.
  }, START_LIMIT_MS + 300_000);
  afterAll(async () => {
    await browser?.close();
    await client?.close();
    await dev?.stop();
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  });

  test('shows the input and the result of a job, which Temporal does not know', async () => {
    const shown = expect.poll(() => visibleText(page), PAGE_LIMIT);
    await shown.toMatch(new RegExp(`"input": "${SECRET}"`));
    await shown.toMatch(new RegExp(`"value": "${SECRET}"`));
    await shown.not.toContain('binary/encrypted');
  });

  test('shows the story of the job, which is encrypted as well', async () => {
    await openTab(page, 'User Metadata');
    await expect
      .poll(() => visibleText(page), PAGE_LIMIT)
      .toContain('Succeeded by epoch 1 on node dev.');
  });
});
