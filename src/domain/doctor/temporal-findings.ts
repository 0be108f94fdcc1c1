import { SEARCH_ATTRIBUTES } from '../search-attributes.ts';
import { lacksOf, WANTED_TEMPORAL } from '../temporal-version.ts';
import type { Finding } from './finding.ts';
import { ok, problem, unknown, warning } from './finding.ts';

/** What a Temporal server says of itself. */
export interface TemporalFacts {
  readonly address: string;
  readonly serverVersion: string;
  /** How long one call took. */
  readonly answerMs: number;
}

/** What a server says of a namespace. */
export interface NamespaceFacts {
  readonly namespace: string;
  /** How long closed workflows are kept; undefined when it does not say. */
  readonly retentionMs: number | undefined;
  /** Its search attributes of type Keyword, and those of other types; undefined: it does not tell us. */
  readonly attributes:
    { readonly keywords: readonly string[]; readonly others: readonly string[] } | undefined;
}

/** A call that takes longer slows every job. */
const SLOW_MS = 500;
const DAY_MS = 86_400_000;

/** What there is to say of a Temporal server that answers. */
export function temporalFindings(facts: TemporalFacts): Finding[] {
  return [reachable(facts), version(facts.serverVersion)];
}

/** What there is to say of a namespace that is there. */
export function namespaceFindings({
  namespace,
  retentionMs,
  attributes,
}: NamespaceFacts): Finding[] {
  const days =
    retentionMs === undefined ? '' : `, keeps closed workflows ${retentionMs / DAY_MS} d`;
  return [
    ok('temporal.namespace', `namespace ${namespace} is there${days}`),
    attributes === undefined
      ? unknown(ATTRIBUTES, 'Temporal does not let us see the search attributes', SEE_ATTRIBUTES)
      : searchAttributes(attributes),
  ];
}

const ATTRIBUTES = 'temporal.search_attributes';
const SEE_ATTRIBUTES = `check that ${Object.values(SEARCH_ATTRIBUTES).join(', ')} are there, of type Keyword`;

function reachable({ address, answerMs }: TemporalFacts): Finding {
  const what = `Temporal at ${address} answers within ${Math.ceil(answerMs)} ms`;
  if (answerMs < SLOW_MS) return ok('temporal.reachable', what);
  const todo = 'see the load of the Temporal server and of its database, and the way there';
  return warning('temporal.reachable', what, todo);
}

function version(serverVersion: string): Finding {
  const lacks = lacksOf(serverVersion);
  if (lacks === undefined) return ok('temporal.version', `Temporal server ${serverVersion}`);
  return warning('temporal.version', lacks, `run Temporal server ${WANTED_TEMPORAL} or newer`);
}

function searchAttributes({
  keywords,
  others,
}: NonNullable<NamespaceFacts['attributes']>): Finding {
  const wanted = Object.values(SEARCH_ATTRIBUTES);
  const mistyped = wanted.filter((name) => others.includes(name));
  if (mistyped.length > 0) {
    return problem(
      ATTRIBUTES,
      `search attributes of another type than Keyword: ${mistyped.join(', ')}`,
      `temporal operator search-attribute remove --name ${mistyped[0]}, then start an orchestrator again: it registers them`,
    );
  }
  const missing = wanted.filter((name) => !keywords.includes(name));
  if (missing.length > 0) {
    return problem(
      ATTRIBUTES,
      `search attributes that are not registered: ${missing.join(', ')}; no job can be submitted`,
      'start an orchestrator again: `holdfast orchestrator` registers them at its start',
    );
  }
  return ok(ATTRIBUTES, `all ${wanted.length} search attributes are registered`);
}
