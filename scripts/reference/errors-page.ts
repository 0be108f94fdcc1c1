import { ERRORS } from '../../src/domain/errors.ts';
import { GENERATED, code, paragraphs, table } from './markdown.ts';

/** The page of the error table, those that end a command alike beside each other. */
export function errorsPage(): string {
  const rows = Object.entries(ERRORS)
    .sort(([, a], [, b]) => a.exitCode - b.exitCode)
    .map(([name, { meaning, retryable, httpStatus, exitCode }]) => [
      code(name),
      meaning,
      retryable ? 'yes' : 'no',
      String(httpStatus),
      String(exitCode),
    ]);
  return paragraphs(
    GENERATED,
    '# Errors',
    ABOUT,
    table(['code', 'meaning', 'retryable', 'HTTP', 'exit'], rows),
  );
}

const ABOUT = `Whatever Holdfast foresees, it reports as an error with one of these codes. The library throws a
\`HoldfastError\` with \`code\`, \`message\`, \`hint\` and \`details\`, the REST API answers with the HTTP
status, and the command line ends with the exit code, 0 being success. Branch on the code, not on
the message: codes are never renamed or used again. Errors of one kind of trouble share an exit
code. _Retryable_ means that the same call may succeed later without a change by you.`;
