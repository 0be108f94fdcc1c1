/** One server-sent event. */
export interface ServerEvent {
  readonly event: string;
  /** By which a reader that comes back says what it has seen. */
  readonly id?: string;
  readonly data: unknown;
}

/** Proxies cut connections that are silent for a minute. */
const BEAT_MS = 15_000;

/**
 * Events as the body of a response. It reads on only when it is read from; `signal` and a reader that
 * goes away end the events.
 *
 * @param onEnd told once, whatever ended it
 */
export function eventStream(
  events: (signal: AbortSignal) => AsyncIterable<ServerEvent>,
  signal: AbortSignal,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const stop = AbortSignal.any([signal, gone.signal]);
  const iterator = events(stop)[Symbol.asyncIterator]();
  let beat: NodeJS.Timeout | undefined;
  let isOver = false;
  const end = (): void => {
    clearInterval(beat);
    if (!isOver) onEnd();
    isOver = true;
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      // The reader's headers come with the first byte.
      controller.enqueue(encoder.encode(': stream\n\n'));
      beat = setInterval(() => {
        if (!isOver && (controller.desiredSize ?? 0) > 0) {
          controller.enqueue(encoder.encode(': still here\n\n'));
        }
      }, BEAT_MS);
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
    cancel() {
      end();
      gone.abort();
      void iterator.return?.().catch(() => undefined);
    },
  });
}

function textOf({ event, id, data }: ServerEvent): string {
  const lines = [`event: ${event}`, ...(id === undefined ? [] : [`id: ${id}`])];
  return `${[...lines, `data: ${JSON.stringify(data ?? null)}`].join('\n')}\n\n`;
}
