import type { Dispatch } from '../../domain/activities.ts';
import type { StoryKind, StoryLine } from './story-line.ts';

/** An activity that was put on a queue. */
export interface Scheduled {
  readonly type: string;
  readonly queue: string;
  /** There for an attempt. */
  readonly dispatch: Dispatch | undefined;
  readonly heartbeatMs: number;
  readonly timeoutMs: number;
  readonly scheduleToStartMs: number;
  /** The node that started it, as far as is known. */
  node: string | undefined;
}

/** How the newest attempt ended: it tells why the next one is dispatched. */
export type LastEnd = Extract<
  StoryKind,
  'lost' | 'failed' | 'handed_back' | 'refused' | 'not_taken' | 'cancelled' | 'moved'
>;

/** A story as it is being told: its lines, and what later events refer to. */
export class StoryBook {
  readonly lines: StoryLine[] = [];
  /** By the id of the event that scheduled them. */
  readonly activities = new Map<string, Scheduled>();
  /** The newest attempt that was dispatched. */
  epoch: number | undefined;
  lastEnd: LastEnd | undefined;

  /** Adds a line; what is left out is undefined. */
  tell(at: Date, kind: StoryKind, text: string, more: Partial<StoryLine> = {}): void {
    const none = { epoch: undefined, node: undefined, queue: undefined, until: undefined };
    this.lines.push({ ...none, ...more, at, kind, text });
  }
}
