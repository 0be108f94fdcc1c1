import { access, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { HoldfastError } from '../domain/errors.ts';

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/**
 * The path of the prebuilt workflow bundle, which `npm run build` makes.
 *
 * @throws HoldfastError `internal` when it was not built
 */
export async function workflowBundlePath(): Promise<string> {
  await access(BUNDLE).catch(() => {
    throw new HoldfastError('internal', `${BUNDLE} is missing`, { hint: 'run `npm run build`' });
  });
  return BUNDLE;
}

/** Bundles the workflows once, at build time, so that no orchestrator has to at its start. */
export async function buildWorkflowBundle(): Promise<void> {
  const quiet = () => undefined;
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    logger: {
      log: quiet,
      trace: quiet,
      debug: quiet,
      info: quiet,
      warn: console.warn,
      error: console.error,
    },
  });
  await writeFile(BUNDLE, code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWorkflowBundle();
