import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/**
 * The import table of ARCHITECTURE.md. Each row: a room, the modules it may not import, and why.
 * Node builtins are allowed wherever a room is not named under `isolate`.
 */
const rooms = (names) => names.map((name) => `(^|/)${name}/`).join('|');
const table = [
  {
    room: 'src/domain/**',
    forbid: [
      '^[^.]',
      rooms([
        'workflows',
        'activities',
        'workers',
        'client',
        'ledger',
        'api',
        'cli',
        'dev',
        'cron',
        'codec',
      ]),
      'config',
    ],
    why: 'domain is pure and runs inside the workflow isolate: it imports only itself.',
  },
  {
    room: 'src/workflows/**',
    forbid: [
      '^(?!@temporalio/workflow$)[^.]',
      rooms(['activities', 'workers', 'client', 'ledger', 'api', 'cli', 'dev', 'cron', 'codec']),
      'config',
    ],
    why: 'workflows run in the isolate: only domain and @temporalio/workflow exist there.',
  },
  {
    room: 'src/cron/**',
    forbid: [
      '^(?!node:)[^.]',
      rooms([
        'handlers',
        'workflows',
        'activities',
        'workers',
        'client',
        'ledger',
        'api',
        'cli',
        'dev',
        'codec',
      ]),
      'config',
    ],
    why: 'cron is arithmetic: it knows the domain and the time zones of the runtime.',
  },
  {
    room: 'src/codec/**',
    forbid: [
      '^(?!node:|@temporalio/(common|proto)$)[^.]',
      rooms([
        'handlers',
        'workflows',
        'activities',
        'workers',
        'client',
        'ledger',
        'api',
        'cli',
        'dev',
        'cron',
      ]),
      'config',
    ],
    why: 'the codec encrypts payloads of Temporal: it knows those, the domain and node:crypto.',
  },
  {
    room: 'src/config/**',
    forbid: [
      '^(pg|@temporalio/(?!envconfig))',
      rooms(['workflows', 'activities', 'workers', 'client', 'ledger', 'api', 'cli', 'dev']),
    ],
    why: 'config reads what processes are told: it knows the domain, handlers and cron, no server.',
  },
  {
    room: 'src/handlers/**',
    forbid: [
      '^(pg|@temporalio)',
      rooms([
        'workflows',
        'activities',
        'workers',
        'client',
        'ledger',
        'api',
        'cli',
        'dev',
        'codec',
      ]),
    ],
    why: 'handlers are what users write: they know the domain, nothing of Temporal or PostgreSQL.',
  },
  {
    room: 'src/ledger/**',
    forbid: [
      '^@temporalio',
      rooms(['workflows', 'activities', 'workers', 'client', 'api', 'cli', 'dev', 'cron', 'codec']),
    ],
    why: 'the ledger knows PostgreSQL and the domain, nothing of Temporal.',
  },
  {
    room: 'src/activities/control/**',
    forbid: ['^pg$', rooms(['workflows', 'workers', 'client', 'api', 'cli', 'dev', 'node'])],
    why: 'control activities use domain, ledger, cron, codec and @temporalio/activity.',
  },
  {
    room: 'src/activities/node/**',
    forbid: [
      '^pg$',
      rooms(['workflows', 'workers', 'client', 'ledger', 'control', 'api', 'cli', 'dev']),
    ],
    why: 'a node has no database credentials: node activities never reach the ledger.',
  },
  {
    room: 'src/workers/node/**',
    forbid: ['^pg$', rooms(['workflows', 'client', 'ledger', 'control', 'api', 'cli', 'dev'])],
    why: 'a node has no database credentials: it never reaches the ledger or our client.',
  },
  {
    room: 'src/workers/orchestrator/**',
    forbid: ['^pg$', rooms(['api', 'cli', 'dev', 'node'])],
    why: 'an orchestrator uses domain, cron, codec, control activities, ledger, client and config.',
  },
  {
    room: 'src/client/**',
    forbid: [
      '^pg$',
      '^@temporalio/(worker|workflow|activity)',
      rooms(['workflows', 'activities', 'workers', 'api', 'cli', 'dev']),
    ],
    why: 'the client starts workflows by name; it uses domain, ledger, cron, codec and @temporalio/client.',
  },
  {
    room: 'src/api/**',
    forbid: [
      '^(pg|@temporalio)',
      rooms(['workflows', 'activities', 'workers', 'ledger', 'cli', 'dev', 'cron']),
    ],
    why: 'the API is thin: it goes through client and domain.',
  },
  {
    room: 'src/{cli,dev}/**',
    forbid: [
      '^pg$',
      '^@temporalio/(workflow|activity)',
      rooms(['workflows', 'activities', 'ledger']),
    ],
    why: 'cli and dev are thin: they go through client, workers, config and domain.',
  },
];

const importRules = table.map(({ room, forbid, why }) => ({
  files: [room],
  rules: {
    '@typescript-eslint/no-restricted-imports': [
      'error',
      {
        patterns: [
          { regex: forbid.join('|'), message: `${why} See the import table in ARCHITECTURE.md.` },
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/'] },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  {
    files: ['src/**', 'test/**', 'examples/**', 'scripts/**'],
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true }],
    },
  },
  { files: ['test/**'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['*.config.{js,ts}', 'test/support/global-setup.ts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  // Handler files as users write them, some of them broken on purpose.
  { files: ['{bench,examples,test}/**/*.{mjs,cjs}'], rules: { 'no-undef': 'off' } },
  { ignores: ['test/**/fixtures/syntax-error.*'] },
  {
    files: ['src/domain/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Time is an argument here.' },
        { object: 'Math', property: 'random', message: 'Chance is an argument here.' },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: "NewExpression[callee.name='Date'][arguments.length=0]",
          message: 'Time is an argument here.',
        },
      ],
    },
  },
  {
    files: ['src/workflows/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ThrowStatement > NewExpression',
          message:
            'Only ApplicationFailure leaves a workflow: throw what failure() in workflows/failure.ts makes.',
        },
      ],
    },
  },
  {
    files: ['src/**'],
    ignores: ['src/cli/main.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'exit', message: 'Only src/cli/main.ts ends the process.' },
      ],
    },
  },
  { files: ['**/*.{js,mjs,cjs}'], ...tseslint.configs.disableTypeChecked },
  ...importRules,
);
