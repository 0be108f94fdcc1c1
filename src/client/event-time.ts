import type { Client } from '@temporalio/client';

type Page = Awaited<ReturnType<Client['workflowService']['getWorkflowExecutionHistory']>>;

/** An event of a workflow's history, as Temporal's API gives it. */
export type HistoryEvent = NonNullable<NonNullable<Page['history']>['events']>[number];

/** When an event happened, by the server's clock. */
export function eventTime({ eventTime: time }: Pick<HistoryEvent, 'eventTime'>): Date {
  return new Date(Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6));
}
