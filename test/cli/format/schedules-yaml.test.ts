import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSchedulesYaml } from '../../../src/cli/format/schedules-yaml.ts';
import { readScheduleFiles } from '../../../src/config/read-schedules.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { ScheduleDocument } from '../../../src/domain/schedule-definition.ts';
import { holds, scheduleDocuments } from '../../support/schedule-documents.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const stored = (document: ScheduleDocument, paused?: { by: string; reason: string }) => ({
  ...{ name: document.name, document, revision: 1, resumes: undefined, createdAt: new Date(0) },
  paused: paused && { at: new Date(0), ...paused },
  ...{ nextDueAt: undefined, tickedAt: undefined, trouble: undefined },
});

/** As they come from the ledger: JSON, in which -0 is 0. */
const asJson = (document: ScheduleDocument) =>
  JSON.parse(JSON.stringify(document)) as ScheduleDocument;

test('what is written as YAML reads back as the same definition', async () => {
  const folder = await temporaryFolder();
  const texts = fc
    .string({ unit: 'binary' })
    .chain((binary) =>
      fc.oneof(
        ...[
          binary,
          `${binary}\n `,
          `# ${binary}`,
          `\ud800${binary}`,
          '\u0000\u0085\u2028\ufeff',
        ].map((text) => fc.constant(text)),
        fc.constantFrom(
          'yes',
          'null',
          '~',
          '1e3',
          '0x1f',
          '<<',
          '- a',
          'a: b',
          '2026-01-01',
          '',
          ' ',
        ),
      ),
    );
  const inputs = fc.dictionary(texts, fc.oneof(texts, fc.jsonValue({ maxDepth: 3 })));
  const documents = scheduleDocuments()
    .filter(holds)
    .chain((document) =>
      inputs.map((input) => ({ ...document, computesInput: false, input: input as Json })),
    );
  const reasons = fc.option(texts, { nil: undefined });
  let file = 0;
  await fc.assert(
    fc.asyncProperty(documents, reasons, async (document, reason) => {
      const given = asJson(document);
      const paused = reason === undefined ? undefined : { by: 'me', reason };
      const path = join(folder, `${file++}.yaml`);
      await writeFile(path, formatSchedulesYaml([stored(given, paused)]));
      const [read] = await readScheduleFiles([path]);
      expect(read?.schedules.map((schedule) => schedule.document)).toEqual([given]);
    }),
    { numRuns: 300 },
  );
});

test('no schedules read back as none, and an empty file is refused', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'none.yaml');
  await writeFile(path, formatSchedulesYaml([]));
  expect(await readScheduleFiles([path])).toMatchObject([{ schedules: [] }]);
  await writeFile(path, '');
  await expect(readScheduleFiles([path])).rejects.toThrow('expected at least one schedule');
});
