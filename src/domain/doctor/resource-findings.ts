import { counted } from '../counted.ts';
import type { Finding } from './finding.ts';
import { ok, problem } from './finding.ts';

/** A resource of which waiting jobs want more than there will ever be. */
export interface UnfittingResource {
  readonly name: string;
  readonly pool: string | undefined;
  /** Undefined: nobody has configured it. */
  readonly capacity: number | undefined;
  /** The most that one of them asks for. */
  readonly asked: number;
  readonly waiting: number;
  /** The one that has waited longest. */
  readonly job: string;
}

/** For what jobs wait in vain. */
export function resourceFindings(unfitting: readonly UnfittingResource[]): Finding[] {
  const check = 'resources.fit';
  if (unfitting.length === 0) return [ok(check, 'every job that waits for resources can get them')];
  return unfitting.map(({ name, pool, capacity, asked, waiting, job }) => {
    const of = pool === undefined ? name : `${name} of pool ${pool}`;
    const there =
      capacity === undefined
        ? 'which nobody has configured'
        : `of which there are only ${capacity}`;
    const flag = pool === undefined ? '' : ` --pool ${pool}`;
    return problem(
      check,
      `${counted(waiting, 'job')} that wait in vain for up to ${asked} of ${of}, ${there}; the first is ${job}`,
      `\`holdfast resources set ${name} ${asked}${flag}\`, or \`holdfast jobs cancel ${job}\``,
    );
  });
}
