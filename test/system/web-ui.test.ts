import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Embedded } from '../../dist/dev/embedded.js';
import { startEmbedded } from '../../dist/dev/embedded.js';
import { Fleet } from '../support/fleet.ts';
import { findChromium, NO_CHROMIUM, startBrowser } from './web-ui-browser.ts';
import { openTab, openWorkflow, visibleText } from './web-ui-page.ts';

const HANDLERS = fileURLToPath(new URL('./web-ui-handlers.ts', import.meta.url));
const SCREENSHOT = fileURLToPath(
  new URL('../../docs/images/web-ui-failed-over-job.png', import.meta.url),
);
/** A page of a slow machine, not an expectation. */
const PAGE_LIMIT = { timeout: 60_000 };

const chromium = await findChromium();
const isSkipped = chromium === undefined && process.env['CI'] !== 'true';
if (isSkipped) process.stderr.write(`the test of the Web UI is skipped: ${NO_CHROMIUM}\n`);

describe.skipIf(isSkipped)('the page of a failed-over job in the Web UI', () => {
  let dataDir: string | undefined;
  let embedded: Embedded | undefined;
  let fleet: Fleet | undefined;
  let browser: Browser | undefined;
  let page: Page;

  beforeAll(async () => {
    if (chromium === undefined) throw new Error(NO_CHROMIUM);
    dataDir = await mkdtemp(join(tmpdir(), 'holdfast-web-ui-'));
    embedded = await startEmbedded({
      dataDir,
      webUi: true,
      ephemeralLedger: true,
      onProgress: (message) => process.stderr.write(`${message}\n`),
    });
    fleet = await Fleet.start({
      temporalAddress: embedded.temporal.address,
      databaseUrl: embedded.databaseUrl,
    });
    await failOver(fleet);
    browser = await startBrowser(chromium);
    page = await browser.newPage({
      viewport: { width: 1400, height: 760 },
      locale: 'en-GB',
      timezoneId: 'UTC',
    });
    await openWorkflow(page, {
      webUi: embedded.webUi!,
      namespace: fleet.namespace,
      workflowId: 'job/utt-42',
    });
    // The Web UI may have to be built first.
  }, 900_000);
  afterAll(async () => {
    await browser?.close();
    await fleet?.stop();
    await embedded?.stop();
    if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
  });

  test('tells kind, pool, node, epoch and why it was moved', async () => {
    await openTab(page, 'User Metadata');
    const story = expect.poll(() => visibleText(page), PAGE_LIMIT);
    await story.toContain('transcribe in pool gpu, index 42 of session call-7');
    await story.toContain('Succeeded by epoch 2 on node gpu-2.');
    await story.toMatch(
      /epoch 1 on node gpu-1: lost and moved at .* UTC: heartbeat_timeout, no sign of its node for 2 s/,
    );
    await story.toMatch(/epoch 2 on node gpu-2: succeeded/);
    if (process.env['HOLDFAST_SCREENSHOTS'] !== 'true') return;
    await mkdir(dirname(SCREENSHOT), { recursive: true });
    await page.screenshot({ path: SCREENSHOT });
  });

  test('has the search attributes by which such jobs are found', async () => {
    await openTab(page, 'Search Attributes');
    const attributes = expect.poll(() => visibleText(page), PAGE_LIMIT);
    await attributes.toContain('"HoldfastKind": "transcribe"');
    await attributes.toContain('"HoldfastPool": "gpu"');
    await attributes.toContain('"HoldfastNode": "gpu-2"');
    await attributes.toContain('"HoldfastState": "succeeded"');
  });
});

/** Job `utt-42` loses its first node to SIGKILL, and ends on the second. */
async function failOver(fleet: Fleet): Promise<void> {
  const flags = ['--pool', 'gpu', '--jobs', HANDLERS];
  const first = await fleet.startNode('gpu-1', flags);
  const file = 'utt-42.wav';
  const job = await fleet.client.jobs.submit(
    'transcribe',
    { waitFor: join(fleet.folder, file) },
    { id: 'utt-42', pool: 'gpu', heartbeat: '2s', session: { id: 'call-7', index: 42 } },
  );
  await fleet.logged('attempt.started', { job: job.id, epoch: 1, node: 'gpu-1' });
  await fleet.startNode('gpu-2', flags);
  first.signal('SIGKILL');
  await fleet.logged('attempt.started', { job: job.id, epoch: 2, node: 'gpu-2' });
  await fleet.open(file);
  await job.result();
}
