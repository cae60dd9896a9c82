import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { LoopView } from '../model/loop-view.ts';
import type { BoardSource } from './board-source.ts';

/** A named text; a client gets it when it is another one than it got last under that name. */
export interface Frame {
  readonly event: string;
  readonly data: string;
}

export interface LiveFeed {
  /** Answers with a stream of frames that ends when the client goes or the feed is closed. */
  answer(context: Context): Response;
  close(): void;
}

const gatherFor = 30; // milliseconds: a burst of changes becomes one frame
const heartbeat = 15_000;

/**
 * Streams what `render` makes of the view, at the start and after each change. Nothing is queued: a slow client gets the newest
 * state when it can take it.
 */
export function createLiveFeed(
  source: Pick<BoardSource, 'snapshot' | 'subscribe'>,
  render: (view: LoopView) => Promise<readonly Frame[]>,
): LiveFeed {
  const closing = new AbortController();
  const wakers = new Set<() => void>();
  const wakeAll = (): void => wakers.forEach((wake) => wake());
  const unsubscribe = source.subscribe(wakeAll);
  return {
    answer: (context) =>
      streamSSE(context, async (stream) => {
        const sent = new Map<string, string>();
        const bell = createBell();
        wakers.add(bell.ring);
        stream.onAbort(bell.ring);
        await stream.write('retry: 500\n\n');
        while (!closing.signal.aborted && !stream.aborted) {
          for (const { event, data } of await render(source.snapshot())) {
            if (sent.get(event) === data) continue;
            sent.set(event, data);
            await stream.writeSSE({ event, data });
          }
          const rang = await bell.wait(heartbeat);
          if (closing.signal.aborted || stream.aborted) break;
          if (rang) await new Promise((resolve) => setTimeout(resolve, gatherFor));
          else await stream.write(': still here\n\n');
        }
        wakers.delete(bell.ring);
      }),
    close: () => {
      closing.abort();
      unsubscribe();
      wakeAll();
    },
  };
}

interface Bell {
  readonly ring: () => void;
  /** True when it rang since the last wait, false when the time was over. */
  wait(milliseconds: number): Promise<boolean>;
}

function createBell(): Bell {
  let rang = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      rang = true;
      wake?.();
    },
    wait: async (milliseconds) => {
      if (!rang) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, milliseconds);
        });
        clearTimeout(timer);
        wake = undefined;
      }
      const result = rang;
      rang = false;
      return result;
    },
  };
}
