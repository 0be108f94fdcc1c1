/** The worker identity of a node, as the server and the Web UI show it: `<name>/<incarnation>`. */
export function nodeIdentity(name: string, incarnation: string): string {
  return `${name}/${incarnation}`;
}

/** The node's name in a worker identity, or undefined when it is not a node's. */
export function nodeOfIdentity(identity: string | null | undefined): string | undefined {
  const match = /^(.+)\/[^/]+$/s.exec(identity ?? '');
  return match?.[1];
}

/** The node's incarnation in a worker identity, or undefined when it is not a node's. */
export function incarnationOfIdentity(identity: string | null | undefined): string | undefined {
  return /^.+\/([^/]+)$/s.exec(identity ?? '')?.[1];
}
