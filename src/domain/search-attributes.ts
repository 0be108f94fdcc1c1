/**
 * The search attributes of Holdfast's workflows, all of type Keyword.
 * Kind, pool and session are set at the start; node and state only on a failover or a wait,
 * because each change is an event and a write on the server.
 */
export const SEARCH_ATTRIBUTES = {
  kind: 'HoldfastKind',
  pool: 'HoldfastPool',
  session: 'HoldfastSession',
  node: 'HoldfastNode',
  state: 'HoldfastState',
} as const;
