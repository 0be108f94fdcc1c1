#!/usr/bin/env node
import { formatReport, reportOf } from './report-error.ts';
import { runCli } from './run-cli.ts';
import { processTerminal } from './terminal.ts';

const terminal = processTerminal((code) => process.exit(code));

const onDefect = (error: unknown): void => {
  const isDebug = terminal.env['HOLDFAST_DEBUG'] !== undefined;
  void terminal
    .note(formatReport(reportOf(error), { asJson: false, isDebug }))
    .finally(() => process.exit(1));
};
process.on('uncaughtException', onDefect);
process.on('unhandledRejection', onDefect);

// A handler file may have opened what keeps a process alive: the end of the command is the end.
const exitCode = await runCli(process.argv.slice(2), terminal);
process.exit(exitCode === 0 ? process.exitCode : exitCode);
