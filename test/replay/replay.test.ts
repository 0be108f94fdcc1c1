import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { beforeAll, describe, expect, test } from 'vitest';
import * as workflows from '../../dist/workflows/index.js';
import { historyFromJson } from './history-json.ts';
import { textsOf } from './scrub-history.ts';
import { SCENARIOS } from './scenarios.ts';

interface HistoryFile {
  readonly events: {
    readonly workflowExecutionStartedEventAttributes?: {
      readonly workflowId: string;
      readonly workflowType: { readonly name: string };
    };
    readonly activityTaskScheduledEventAttributes?: { activityType: { name: string } };
  }[];
}

/** A folder of a user or of a build, a process `<pid>@<host>`, an orchestrator on its host. */
const MACHINE = /\/(tmp|root|Users|home|work)\/|(^|")\d+@|orchestrator\/(?!host\/)/;

const FOLDER = new URL('./histories/', import.meta.url);
const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));
const files = await Promise.all(names.map(async (name) => ({ name, history: await read(name) })));

describe('a recorded history', () => {
  beforeAll(() => void Runtime.install({ logger: new DefaultLogger('ERROR') }));

  test.each(files)('$name replays on the workflows of today', ({ history }) => replay(history));

  test.each(files)('$name names nothing of the machine that recorded it', ({ history }) => {
    const texts = textsOf(history);
    expect(texts.filter((text) => MACHINE.test(text))).toEqual([]);
  });

  test('is there for every workflow', () => {
    const recorded = new Set(files.map(({ history }) => started(history).workflowType.name));
    expect([...recorded].sort()).toEqual(Object.keys(workflows).sort());
  });

  test('is there for every scenario', () => {
    expect(names).toEqual(expect.arrayContaining(Object.keys(SCENARIOS).map((s) => `${s}.json`)));
  });

  test('does not replay when the workflow would have done something else', async () => {
    const history = await read('job-succeeded.json');
    const scheduled = history.events.find((event) => event.activityTaskScheduledEventAttributes);
    scheduled!.activityTaskScheduledEventAttributes!.activityType.name = 'anotherActivity';
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });

  test('does not replay when it ends another way', async () => {
    const history = await read('job-succeeded.json');
    const failed = await read('job-failed.json');
    history.events.splice(-1, 1, ...failed.events.slice(-1));
    await expect(replay(history)).rejects.toThrow(DeterminismViolationError);
  });
});

async function read(name: string): Promise<HistoryFile> {
  return JSON.parse(await readFile(new URL(name, FOLDER), 'utf8')) as HistoryFile;
}

function started(history: HistoryFile) {
  return history.events[0]!.workflowExecutionStartedEventAttributes!;
}

function replay(history: HistoryFile): Promise<void> {
  const workflowBundle = { codePath: BUNDLE };
  const { workflowId } = started(history);
  return Worker.runReplayHistory({ workflowBundle }, historyFromJson(history), workflowId);
}
