/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  /** By which a reader that comes back says what it has seen. */
  readonly id?: string;
  readonly data: unknown;
}

/** What a stream goes by. */
interface StreamRules {
  /** Ends the events. */
  readonly signal: AbortSignal;
  /** Asked again and again: what it answers ends the stream. It does not reject. */
  readonly lastEvent: () => Promise<ServerEvent | undefined>;
  /** Told once, whatever ended it. */
  readonly onEnd: () => void;
}

/**
 * Proxies cut connections that are silent for a minute. Who reads is looked at as often: a token is
 * believed for 5 s, so that a revoked one reads for 15 s at most.
 */
const BEAT_MS = 10_000;

/**
 * Events as the body of a response. It reads on only when it is read from; a reader that goes away
 * ends the events, too.
 */
export function eventStream(
  events: (signal: AbortSignal) => AsyncIterable<ServerEvent>,
  { signal, lastEvent, onEnd }: StreamRules,
): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  const iterator = events(AbortSignal.any([signal, gone.signal]))[Symbol.asyncIterator]();
  let beat: NodeJS.Timeout | undefined;
  let isOver = false;
  const end = (): void => {
    clearInterval(beat);
    if (!isOver) onEnd();
    isOver = true;
  };
  const leave = (): void => {
    end();
    gone.abort();
    void iterator.return?.().catch(() => undefined);
  };
  const lookAgain = async (controller: Controller): Promise<void> => {
    if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': still here\n\n'));
    const last = await lastEvent();
    if (isOver || last === undefined) return;
    leave();
    controller.enqueue(encoder.encode(textOf(last)));
    controller.close();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      // The reader's headers come with the first byte.
      controller.enqueue(encoder.encode(': stream\n\n'));
      beat = setInterval(() => void lookAgain(controller), BEAT_MS);
    },
    async pull(controller) {
      try {
        const next = await iterator.next();
        if (isOver) return;
        if (next.done !== true) return controller.enqueue(encoder.encode(textOf(next.value)));
      } catch {
        // What ends a stream is told by an event before it; here the reader, or the server, has gone.
      }
      if (isOver) return;
      end();
      controller.close();
    },
    cancel: leave,
  });
}

type Controller = ReadableStreamDefaultController<Uint8Array>;

const encoder = new TextEncoder();

function textOf({ event, id, data }: ServerEvent): string {
  const lines = [`event: ${event}`, ...(id === undefined ? [] : [`id: ${id}`])];
  return `${[...lines, `data: ${JSON.stringify(data ?? null)}`].join('\n')}\n\n`;
}
