import { setTimeout as delay } from 'node:timers/promises';
import type { NativeConnection } from '@temporalio/worker';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts';

// temporal.api.enums.v1.IndexedValueType
const KEYWORD = 2;

/** A server takes about a second to know a new search attribute. */
const POLL_MS = 50;
const POLLS = 600;

/** Registers Holdfast's search attributes in a namespace, and waits until the server knows them. */
export async function ensureSearchAttributes(
  { operatorService, workflowService }: NativeConnection,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(SEARCH_ATTRIBUTES).filter((name) => !(name in customAttributes));
  if (missing.length === 0) return;
  await operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
  });
  const query = `${SEARCH_ATTRIBUTES.kind} = ''`;
  for (let poll = 1; ; poll++) {
    try {
      await workflowService.countWorkflowExecutions({ namespace, query });
      return;
    } catch (error) {
      if (poll === POLLS) throw error;
      await delay(POLL_MS);
    }
  }
}
