import { access, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { FAILURE_CONVERTER_PATH } from '../codec/payload-encryption.ts';
import { HoldfastError } from '../domain/errors.ts';

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
/** The same workflows, with the messages of their failures in payloads. */
const ENCRYPTING_BUNDLE = fileURLToPath(
  new URL('../workflow-bundle-encrypting.js', import.meta.url),
);

/**
 * The path of the prebuilt workflow bundle, which `npm run build` makes.
 *
 * @throws HoldfastError `internal` when it was not built
 */
export async function workflowBundlePath({ isOn }: { isOn: boolean }): Promise<string> {
  const path = isOn ? ENCRYPTING_BUNDLE : BUNDLE;
  await access(path).catch(() => {
    throw new HoldfastError('internal', `${path} is missing`, { hint: 'run `npm run build`' });
  });
  return path;
}

/** Bundles the workflows once, at build time, so that no orchestrator has to at its start. */
export async function buildWorkflowBundles(): Promise<void> {
  await buildWorkflowBundle(BUNDLE, {});
  await buildWorkflowBundle(ENCRYPTING_BUNDLE, { failureConverterPath: FAILURE_CONVERTER_PATH });
}

async function buildWorkflowBundle(
  path: string,
  converter: { readonly failureConverterPath?: string },
): Promise<void> {
  const quiet = () => undefined;
  const { code } = await bundleWorkflowCode({
    ...converter,
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
  await writeFile(path, code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildWorkflowBundles();
