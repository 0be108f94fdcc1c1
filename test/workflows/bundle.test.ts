import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const BUNDLES = ['workflow-bundle.js', 'workflow-bundle-encrypting.js'];
/** The SDK's own part of the isolate, and the two webpack stands in for Node's builtins. */
const SDK = /^\.\/node_modules\/(@temporalio\/(common|workflow)|long|ms|nexus-rpc)\/|^\?/;
const OWN = /^\.\/dist\/(workflows|domain)\/|^\.\/dist\/codec\/failure-converter\.js$/;

test.each(BUNDLES)('%s holds the workflows, the domain and the SDK, and no more', async (name) => {
  const code = await readFile(new URL(`../../dist/${name}`, import.meta.url), 'utf8');
  const modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map(([, name]) => name!);
  expect(modules).toContain('./dist/workflows/job.js');
  expect(modules).toContain('./dist/workflows/tick.js');
  expect(modules.filter((name) => !OWN.test(name) && !SDK.test(name))).toEqual([]);
});
