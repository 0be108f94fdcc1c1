import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const BUNDLE = new URL('../../dist/workflow-bundle.js', import.meta.url);
/** The SDK's own part of the isolate, and the two webpack stands in for Node's builtins. */
const SDK = /^\.\/node_modules\/(@temporalio\/(common|workflow)|long|ms|nexus-rpc)\/|^\?/;
const OWN = /^\.\/dist\/(workflows|domain)\//;

test('the workflow bundle holds the workflows, the domain and the SDK, and nothing else', async () => {
  const code = await readFile(BUNDLE, 'utf8');
  const modules = [...code.matchAll(/^\/\*\*\*\/ "([^"]+)"/gm)].map(([, name]) => name!);
  expect(modules).toContain('./dist/workflows/job.js');
  expect(modules).toContain('./dist/workflows/tick.js');
  expect(modules.filter((name) => !OWN.test(name) && !SDK.test(name))).toEqual([]);
});
