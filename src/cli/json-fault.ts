/** The first place at which a text stops being JSON. */
export interface JsonFault {
  /** Characters before it. */
  readonly position: number;
  /** What could stand there. */
  readonly expected: string;
}

const EXPECTED = {
  value: 'a value',
  valueOrEnd: 'a value or ]',
  key: 'a name in double quotes',
  keyOrEnd: 'a name in double quotes or }',
  colon: 'a colon',
  commaOrListEnd: 'a comma or ]',
  commaOrObjectEnd: 'a comma or }',
  nothing: 'nothing more',
} as const;

type Step = keyof typeof EXPECTED;

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;
// Up to what cannot go on: the closing quote, or the fault.
// eslint-disable-next-line no-control-regex -- control characters are what JSON forbids there
const STRING_START = /"(?:[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/** Finds where a text stops being JSON; undefined when it is JSON. The runtime's own messages do not always tell. */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: ('{' | '[')[] = [];
  let step: Step = 'value';
  for (let position = skip(SPACE, text, 0); ; position = skip(SPACE, text, position)) {
    const char = text[position];
    if (step === 'nothing') return char === undefined ? undefined : fault(position, step);
    const fits = char !== undefined && startsOf(step).includes(char);
    if (!fits) return fault(position, step);
    const end = endOfToken(text, position, char);
    if (typeof end !== 'number') return end;
    if (end === position) return fault(position, step);
    if (char === '{' || char === '[') open.push(char);
    if (char === '}' || char === ']') open.pop();
    step = after(step, char, open.at(-1));
    position = end;
  }
}

/** The characters with which what a step expects can begin. */
function startsOf(step: Step): string {
  const value = '{["-0123456789tfn';
  const starts: Record<Step, string> = {
    value,
    valueOrEnd: `${value}]`,
    key: '"',
    keyOrEnd: '"}',
    colon: ':',
    commaOrListEnd: ',]',
    commaOrObjectEnd: ',}',
    nothing: '',
  };
  return starts[step];
}

/** Where the token at a position ends: there itself when it is none, or a fault inside it. */
function endOfToken(text: string, position: number, char: string): number | JsonFault {
  if ('{}[]:,'.includes(char)) return position + 1;
  if (char !== '"') return skip(SCALAR, text, position);
  const end = skip(STRING_START, text, position);
  const next = text[end];
  if (next === '"') return end + 1;
  if (next === undefined) return { position: end, expected: 'a closing double quote' };
  const escapes = '\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\u and four hexadecimal digits';
  if (next === '\\') return { position: end, expected: `one of ${escapes}` };
  return { position: end, expected: 'an escape such as \\n in place of a control character' };
}

function after(step: Step, char: string, inside: '{' | '[' | undefined): Step {
  if (char === '{') return 'keyOrEnd';
  if (char === '[') return 'valueOrEnd';
  if (char === ':') return 'value';
  if (char === ',') return inside === '{' ? 'key' : 'value';
  if (step === 'key' || (step === 'keyOrEnd' && char === '"')) return 'colon';
  if (inside === undefined) return 'nothing';
  return inside === '{' ? 'commaOrObjectEnd' : 'commaOrListEnd';
}

function skip(token: RegExp, text: string, position: number): number {
  token.lastIndex = position;
  return token.test(text) ? token.lastIndex : position;
}

function fault(position: number, step: Step): JsonFault {
  return { position, expected: EXPECTED[step] };
}
