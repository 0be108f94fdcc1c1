import { SERVER_SETTINGS } from '../server-settings.ts';
import type { Finding } from './finding.ts';
import { ok, unknown, warning } from './finding.ts';

/** What a server lets be seen of its dynamic settings; undefined: it does not tell. */
export interface SettingsFacts {
  /** `frontend.enableCancelWorkerPollsOnShutdown`, by the capability of the namespace. */
  readonly cancelsPolls: boolean | undefined;
  /** `frontend.WorkerCommandsEnabled`, by the capability of the namespace. */
  readonly hasWorkerCommands: boolean | undefined;
  /** `matching.numTaskqueueWritePartitions`, by the partitions that a queue has. */
  readonly partitions: number | undefined;
}

const FILE = 'deploy/temporal/dynamic-config.yaml';

/** What can be seen of a server's dynamic settings, and which ones cannot. */
export function settingsFindings(facts: SettingsFacts): Finding[] {
  const seen = [
    switched(
      'settings.cancel_polls',
      'frontend.enableCancelWorkerPollsOnShutdown',
      facts.cancelsPolls,
      'a node that stops swallows the job that its open poll is given',
    ),
    switched(
      'settings.worker_commands',
      'frontend.WorkerCommandsEnabled',
      facts.hasWorkerCommands,
      'a cancel reaches a running job only with its next heartbeat',
    ),
    partitions(facts.partitions),
  ].filter((each) => each !== undefined);
  return [...seen.map(({ finding }) => finding), unseen(seen.map(({ setting }) => setting))];
}

interface Seen {
  readonly setting: string;
  readonly finding: Finding;
}

function switched(
  check: Finding['check'],
  setting: string,
  isOn: boolean | undefined,
  without: string,
): Seen | undefined {
  if (isOn === undefined) return undefined;
  const finding = isOn
    ? ok(check, `${setting} is on`)
    : warning(check, `${setting} is off: ${without}`, `set it to true, as ${FILE} does`);
  return { setting, finding };
}

function partitions(count: number | undefined): Seen | undefined {
  if (count === undefined) return undefined;
  const check = 'settings.partitions';
  const setting = 'matching.numTaskqueueWritePartitions';
  const finding =
    count === 1
      ? ok(check, 'queues take tasks in one partition')
      : warning(
          check,
          `queues take tasks in ${count} partitions: priorities and fairness hold within each, and few nodes leave some unpolled`,
          `on a small cluster set ${setting} and numTaskqueueReadPartitions to 1 (${FILE} says in which order)`,
        );
  return { setting, finding };
}

function unseen(seen: readonly string[]): Finding {
  const names = Object.keys(SERVER_SETTINGS).filter((setting) => !seen.includes(setting));
  return unknown(
    'settings.unseen',
    `cannot be seen from here: ${names.join(', ')}`,
    `compare the server's dynamic configuration with ${FILE}; docs/production.md has the reasons`,
  );
}
