import { Hono } from 'hono';
import type { LoopView } from '../model/loop-view.ts';
import { answerLog } from './answer-log.ts';
import { readAssets } from './assets.ts';
import type { BoardSource } from './board-source.ts';
import { createLiveFeed, type Frame } from './live-feed.ts';
import { boardPage, fragments } from './page.ts';

export interface Board {
  readonly app: Hono;
  /** Ends all event streams. */
  close(): void;
}

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
};

/** The board as a web application: the page, its files, the view as JSON, live events and logs. It only reads. */
export function createBoard(source: BoardSource): Board {
  const app = new Hono();
  const assets = readAssets();
  const closing = new AbortController();
  const pageFeed = createLiveFeed(source, renderFragments);
  const viewFeed = createLiveFeed(source, async (view) => [{ event: 'view', data: JSON.stringify(view) }]);

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(securityHeaders)) context.res.headers.set(name, value);
    if (!context.res.headers.has('cache-control')) context.res.headers.set('cache-control', 'no-store');
  });
  app.get('/', (context) => context.html(boardPage(source, source.snapshot())));
  app.get('/api/view', (context) => context.json(source.snapshot()));
  app.get('/api/events', (context) => viewFeed.answer(context));
  app.get('/api/fragments', (context) => pageFeed.answer(context));
  app.get('/assets/:name', (context) => {
    const asset = assets.get(context.req.param('name'));
    if (asset === undefined) return context.notFound();
    const headers = { etag: asset.etag, 'cache-control': 'no-cache' };
    if (context.req.header('if-none-match') === asset.etag) return context.body(null, 304, headers);
    return context.body(asset.body, 200, { ...headers, 'content-type': asset.type });
  });
  app.get('/runs/:run/:task/:file{.+\\.log}', (context) => {
    const { run, task, file } = context.req.param();
    const name = { run, task, step: file.replace(/\.log$/, '') };
    return answerLog(context, source, { name, closing: closing.signal });
  });
  app.notFound((context) => context.text('There is nothing at this address.\n', 404));
  return {
    app,
    close: () => {
      closing.abort();
      pageFeed.close();
      viewFeed.close();
    },
  };
}

async function renderFragments(view: LoopView): Promise<Frame[]> {
  const entries = Object.entries(fragments).map(async ([event, render]) => {
    const markup = await render(view);
    return { event, data: JSON.stringify(markup.toString()) };
  });
  return Promise.all(entries);
}
