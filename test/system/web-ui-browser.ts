import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { findOnPath } from '../../dist/dev/find-on-path.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Never reaches for the network on its own, and runs as root in a container. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** What a person is told who has no Chromium. */
export const NO_CHROMIUM =
  'no Chromium was found; install one (Debian: apt-get install -y chromium), or name it in CHROMIUM_PATH';

/** `CHROMIUM_PATH`, or a Chromium on PATH. */
export async function findChromium(): Promise<string | undefined> {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') return given;
  for (const name of NAMES) {
    const path = await findOnPath(name);
    if (path !== undefined) return path;
  }
  return undefined;
}

/** A headless Chromium. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS, headless: true });
}
