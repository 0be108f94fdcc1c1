import type { ConfigFault } from '../../config/config-fault.ts';
import { formatFault } from '../../config/config-fault.ts';
import type { ResolvedSetting } from '../../config/config-reader.ts';
import { maskSecrets } from '../../config/mask-secrets.ts';
import type { ReadSchedule } from '../../config/read-schedules.ts';
import { oneLine } from '../report-error.ts';
import { formatTable } from './table.ts';

/** Where a value came from; the servers may be those of a `holdfast dev`. */
type ShownOrigin = ResolvedSetting['origin'] | { readonly kind: 'dev' };

/** A setting, as it is shown. */
export type ShownSetting = Omit<ResolvedSetting, 'origin'> & { readonly origin: ShownOrigin };

/** What is wrong, a line each, with hints below. */
export function formatFaults(faults: readonly ConfigFault[]): string[] {
  return faults.flatMap((fault) => [
    oneLine(formatFault(fault)),
    ...(fault.hint === undefined ? [] : [`  hint: ${oneLine(fault.hint)}`]),
  ]);
}

/** Settings as a table; what is not given is in brackets. */
export function formatSettings(
  settings: readonly ShownSetting[],
  schedules: readonly ReadSchedule[],
): string[] {
  const rows = settings.map((setting) => [
    setting.path,
    valueOf(setting) ?? `(${setting.otherwise ?? 'none'})`,
    originText(setting.origin),
  ]);
  const ofSchedules = schedules.map(({ document, place }) => [
    `schedules.${document.name}`,
    `runs ${document['kind'] as string}`,
    place.replace(', line ', ':'),
  ]);
  return formatTable(['SETTING', 'VALUE', 'FROM'], [...rows, ...ofSchedules]);
}

/** The same as a document. */
export function configDocument(
  file: string | undefined,
  settings: readonly ShownSetting[],
  schedules: readonly ReadSchedule[],
): object {
  return {
    file,
    settings: settings.map((setting) => ({
      path: setting.path,
      value: valueOf(setting),
      origin: setting.origin,
    })),
    schedules: schedules.map(({ document, place }) => ({ name: document.name, place })),
  };
}

function valueOf({ shown, isSecret }: ShownSetting): string | undefined {
  return shown !== undefined && isSecret ? maskSecrets(shown) : shown;
}

function originText(origin: ShownOrigin): string {
  switch (origin.kind) {
    case 'flag':
      return origin.flag;
    case 'variable':
      return origin.variable;
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'dev':
      return 'holdfast dev';
    case 'default':
      return 'default';
  }
}
