import { defaultPayloadConverter } from '@temporalio/client';
import type { HistoryEvent } from '../../../src/client/event-time.ts';

const START = Date.UTC(2026, 10, 21, 12);

/** A history for a test, one event a second. */
export class PlayedHistory {
  readonly events: HistoryEvent[] = [];

  /** Adds an event with these attributes; answers its id. */
  add(attributes: object): number {
    const id = this.events.length + 1;
    const seconds = START / 1000 + id;
    this.events.push({
      eventId: id,
      eventTime: { seconds, nanos: 0 },
      ...attributes,
    } as unknown as HistoryEvent);
    return id;
  }

  dispatch(epoch: number, queue: string, limits: object = {}): number {
    return this.add({
      activityTaskScheduledEventAttributes: {
        activityType: { name: 'runJob' },
        taskQueue: { name: queue },
        input: payloads({ job: 'j', generation: 1, epoch }),
        startToCloseTimeout: { seconds: 60 },
        heartbeatTimeout: { seconds: 5 },
        ...limits,
      },
    });
  }

  start(scheduledEventId: number, node: string): void {
    this.add({
      activityTaskStartedEventAttributes: { scheduledEventId, identity: `${node}/inc` },
    });
  }

  /** The ledger's answer to a local activity. */
  answer(type: string, result: unknown): void {
    this.add({
      markerRecordedEventAttributes: {
        markerName: 'core_local_activity',
        details: { data: payloads({ activity_type: type }), result: payloads(result) },
      },
    });
  }

  signal(signalName: string, argument?: unknown): void {
    const input = argument === undefined ? {} : { input: payloads(argument) };
    this.add({ workflowExecutionSignaledEventAttributes: { signalName, ...input } });
  }
}

/** A value as payloads of Temporal's API. */
export function payloads(value: unknown): { payloads: unknown[] } {
  return { payloads: [defaultPayloadConverter.toPayload(value)] };
}
