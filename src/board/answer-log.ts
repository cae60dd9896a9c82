import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { BoardSource } from './board-source.ts';
import { followLog, logFile, type LogName } from './follow-log.ts';

const mostShown = 256 * 1024;

/** Answers with a log as plain text, or as a live stream of its end when the client asks for `text/event-stream`. */
export async function answerLog(
  context: Context,
  source: BoardSource,
  options: { readonly name: LogName; readonly closing: AbortSignal },
): Promise<Response> {
  const file = await logFile(source, options.name);
  if (file === undefined) return context.text('There is no such log.\n', 404);
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (!context.req.header('accept')?.includes('text/event-stream')) {
    if (size === 0) return context.text('');
    return context.body(Readable.toWeb(createReadStream(file)) as ReadableStream, 200, {
      'content-type': 'text/plain; charset=utf-8',
    });
  }
  const resume = Number(context.req.header('last-event-id'));
  const offset = Number.isSafeInteger(resume) && resume > 0 ? resume : Math.max(0, size - mostShown);
  return streamSSE(context, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const signal = AbortSignal.any([gone.signal, options.closing]);
    if (offset > 0 && !(resume > 0)) await stream.writeSSE({ event: 'skipped', data: String(offset) });
    for await (const piece of followLog(source, options.name, { offset, signal })) {
      await stream.writeSSE({ event: 'text', data: JSON.stringify(piece.text), id: String(piece.offset) });
    }
    if (!signal.aborted) await stream.writeSSE({ event: 'end', data: '' });
  });
}
