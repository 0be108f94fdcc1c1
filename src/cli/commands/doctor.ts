import { Command } from 'commander';
import type { Finding } from '../../domain/doctor/finding.ts';
import { countFindings, firstProblem } from '../../domain/doctor/finding.ts';
import { HoldfastError } from '../../domain/errors.ts';
import type { ConnectionFlags } from '../find-connection.ts';
import { addConnectionOptions, findConnection } from '../find-connection.ts';
import { formatDocument } from '../format/document.ts';
import { formatCounts, formatFindings } from '../format/findings.ts';
import { holdfastVersion } from '../holdfast-version.ts';
import type { Terminal } from '../terminal.ts';

type DoctorFlags = ConnectionFlags & { readonly json?: boolean };

/** `holdfast doctor`: what keeps jobs from running, and what to do about it. */
export function doctorCommand(terminal: Terminal): Command {
  const command = new Command('doctor')
    .summary('look at everything, and say what to do')
    .description(
      'Looks at Temporal, the ledger, orchestrators, nodes and what waits, changes nothing, and says ' +
        'what to do. What does not answer hides nothing else.',
    )
    .option('--json', 'print one JSON document')
    .addHelpText('after', HELP);
  addConnectionOptions(command);
  return command.action((flags: DoctorFlags) => doctor(terminal, flags));
}

async function doctor(terminal: Terminal, flags: DoctorFlags): Promise<void> {
  const connection = await findConnection(flags, terminal);
  const { diagnose } = await import('../../client/doctor/diagnose.ts');
  const findings = await diagnose({ ...connection, version: holdfastVersion() });
  if (flags.json === true) {
    await terminal.print(formatDocument({ counts: countFindings(findings), findings }));
  } else {
    await terminal.print(...formatFindings(findings), '', formatCounts(findings));
  }
  throwProblem(findings);
}

function throwProblem(findings: readonly Finding[]): void {
  const first = firstProblem(findings);
  if (first === undefined) return;
  const { problem: count } = countFindings(findings);
  const which = count === 1 ? '1 problem' : `${count} problems, the first`;
  throw new HoldfastError(first.code ?? 'problems_found', `${which}: ${first.what}`, {
    ...(first.todo === undefined ? {} : { hint: first.todo }),
    details: { check: first.check, problems: count },
  });
}

const HELP = `
A finding is ok, a warning (it goes on; look at it), a problem (jobs do not run,
or something is broken) or unknown: it could not be looked at. The exit code is 0
without problems, else that of the first one's code in
docs/reference/errors.md.

Examples:
  $ holdfast doctor
  $ holdfast doctor --json | jq '.findings[] | select(.severity != "ok")'`;
