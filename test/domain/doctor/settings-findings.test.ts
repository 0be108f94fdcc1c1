import { expect, it } from 'vitest';
import { settingsFindings } from '../../../src/domain/doctor/settings-findings.ts';
import { SERVER_SETTINGS } from '../../../src/domain/server-settings.ts';

it('warns of each setting that is seen to be wrong, and names those that cannot be seen', () => {
  const findings = settingsFindings({
    cancelsPolls: false,
    hasWorkerCommands: true,
    partitions: 4,
  });
  expect(findings.map(({ check, severity }) => [check, severity])).toEqual([
    ['settings.cancel_polls', 'warning'],
    ['settings.worker_commands', 'ok'],
    ['settings.partitions', 'warning'],
    ['settings.unseen', 'unknown'],
  ]);
  const unseen = findings.at(-1)!.what;
  const named = Object.keys(SERVER_SETTINGS).filter((setting) => unseen.includes(setting));
  expect(named).toHaveLength(Object.keys(SERVER_SETTINGS).length - 3);
});

it('claims nothing of what the server does not tell', () => {
  const nothing = { cancelsPolls: undefined, hasWorkerCommands: undefined, partitions: undefined };
  const findings = settingsFindings(nothing);
  expect(findings).toHaveLength(1);
  for (const setting of Object.keys(SERVER_SETTINGS)) expect(findings[0]!.what).toContain(setting);
});
