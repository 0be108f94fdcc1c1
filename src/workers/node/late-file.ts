import type { LateResult } from '../../domain/late-result.ts';

/** A late result with all that it takes to deliver it, also after a restart. */
export interface KeptResult {
  /** The workflow whose attempt brought it. */
  readonly workflowId: string;
  readonly late: LateResult;
}

/** Files of another format are not read. */
const FORMAT = 1;

/** The text of a file of the spool. */
export function formatLateFile({ workflowId, late }: KeptResult): string {
  return JSON.stringify({ format: FORMAT, workflowId, late });
}

/**
 * The result in the text of a file of the spool.
 *
 * @throws Error when there is none
 */
export function parseLateFile(text: string): KeptResult {
  const file = parse(text);
  const { workflowId, late } = file ?? {};
  if (file?.format !== FORMAT || typeof workflowId !== 'string' || !isLateResult(late)) {
    throw new Error('it holds no late result');
  }
  return { workflowId, late: { ...late, token: late.token } };
}

/** The parser's own message quotes the text, which holds a token and a result. */
function parse(text: string): (Partial<KeptResult> & { readonly format?: unknown }) | null {
  try {
    return JSON.parse(text) as Partial<KeptResult>;
  } catch {
    throw new Error('it is not JSON');
  }
}

function isLateResult(late: LateResult | undefined): late is LateResult {
  if (typeof late !== 'object' || late === null) return false;
  const { job, generation, epoch, node, token, result, startedAt } = late;
  const areTexts = [job, node].every((text) => typeof text === 'string');
  const areNumbers = [generation, epoch, startedAt].every((number) => Number.isFinite(number));
  const isToken = token === undefined || typeof token === 'string';
  return areTexts && areNumbers && isToken && result !== undefined;
}
