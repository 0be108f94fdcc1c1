import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { findOnPath } from '../../dist/dev/find-on-path.js';

const COMPOSE_FILE = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));

const LOADER = fileURLToPath(new URL('./compose-loader/', import.meta.url));

/** A service as Docker Compose understands it: variables, anchors and short forms resolved. */
export interface ComposeService {
  readonly image: string;
  readonly build?: object;
  readonly command: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly restart?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly {
    type: string;
    source: string;
    target: string;
    read_only?: boolean;
  }[];
  readonly ports?: readonly { host_ip?: string; published: string; target: number }[];
}

/** A compose file as Docker Compose understands it. */
export interface ComposeProject {
  readonly services: Readonly<Record<string, ComposeService>>;
}

/**
 * Loads the compose file with Docker Compose's own library, or with Docker Compose where there is no
 * Go: both check it against the specification's schema, and that what it refers to is there.
 *
 * @throws Error with what is wrong in the file
 */
export async function loadCompose(
  variables: Readonly<Record<string, string>>,
): Promise<ComposeProject> {
  const env = { ...process.env, POSTGRES_PASSWORD: '', ...variables };
  const [command, args, cwd] = await loader();
  const text = await new Promise<string>((resolve, reject) => {
    execFile(command, args, { cwd, env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr, { cause: error }));
    });
  });
  return JSON.parse(text) as ComposeProject;
}

async function loader(): Promise<[command: string, args: string[], cwd: string]> {
  if ((await findOnPath('go')) !== undefined) return ['go', ['run', '.', COMPOSE_FILE], LOADER];
  if ((await findOnPath('docker')) !== undefined) {
    const config = ['compose', '--file', COMPOSE_FILE, '--env-file', '/dev/null', 'config'];
    return ['docker', [...config, '--format', 'json', '--no-path-resolution'], LOADER];
  }
  throw new Error('to check docker-compose.yml, install Go, or Docker with Docker Compose');
}
