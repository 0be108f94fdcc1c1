import { CommanderError } from 'commander';
import { ERRORS } from '../domain/errors.ts';
import { createProgram } from './program.ts';
import { formatReport, reportOf } from './report-error.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line and answers the exit code. It never throws. */
export async function runCli(args: readonly string[], terminal: Terminal): Promise<number> {
  const asJson = args.includes('--json');
  const written: Promise<void>[] = [];
  try {
    const program = createProgram(terminal, {
      writeOut: (text) => written.push(terminal.print(withoutLastBreak(text))),
      writeErr: (text) => asJson || written.push(terminal.note(withoutLastBreak(text))),
    });
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Help or the version was asked for and written.
    if (error instanceof CommanderError) return error.exitCode;
    const report = reportOf(error);
    const isDebug = terminal.env['HOLDFAST_DEBUG'] !== undefined;
    await terminal.note(formatReport(report, { asJson, isDebug }));
    return ERRORS[report.code].exitCode;
  } finally {
    await Promise.all(written);
  }
}

function withoutLastBreak(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}
