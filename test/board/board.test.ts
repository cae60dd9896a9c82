import { request } from 'node:http';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LoopView } from '../../src/model/loop-view.ts';
import { loopServer, token } from '../remotes/loop-server.ts';
import { temporaryFolder, until } from '../remotes/workshop.ts';
import { liveBoard } from './live-board.ts';
import { sampleView, stoppedView } from './sample-view.ts';

const now = new Date('2025-01-02T03:04:05Z');

/** Reads an event stream into its events as they come. */
async function listen(url: string, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: stop.signal,
  });
  const events: { event: string; data: string; id: string }[] = [];
  let ended = false;
  const reading = (async () => {
    let rest = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
        if (field('event') !== '')
          events.push({ event: field('event'), data: field('data'), id: field('id') });
      }
    }
  })().catch(() => {});
  void reading.then(() => (ended = true));
  return { response, events, hasEnded: () => ended, stop: () => stop.abort() };
}

function withHost(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/', headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('the port of the loop', () => {
  it('answers only to names of this machine', async () => {
    const { port } = await liveBoard(sampleView(now));
    for (const host of [
      '127.0.0.1',
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `[::1]:${port}`,
      'LOCALHOST',
    ]) {
      expect(await withHost(port, host), host).toBe(200);
    }
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example', 'localhost.evil']) {
      expect(await withHost(port, host), host).toBe(421);
    }
  });

  it('says that it lives, and what it has not', async () => {
    const { url } = await liveBoard(sampleView(now));
    expect(await (await fetch(`${url}/live`)).text()).toBe('ok\n');
    for (const path of [
      '/nothing',
      '/assets/nothing.js',
      '/assets/..%2fpage.ts',
      '/assets/%2e%2e/page.ts',
      '/api',
    ]) {
      expect((await fetch(url + path)).status, path).toBe(404);
    }
  });

  it('says what to do when the port is taken', async () => {
    const { port } = await liveBoard(sampleView(now));
    const again = loopServer(await temporaryFolder(), { port });
    await expect(again).rejects.toMatchObject({
      code: 'port-unavailable',
      fix: expect.stringContaining(`--port ${port + 1}`),
      state: 'Nothing was started.',
    });
  });

  it('ends its event streams when it is closed', async () => {
    const board = await liveBoard(sampleView(now));
    const run = board.url + '/runs/build-toy-web-r-9/test/test.log';
    const streams = await Promise.all(
      ['/api/events', '/api/fragments'].map((path) => listen(board.url + path)),
    );
    streams.push(await listen(run));
    await until(() => streams.slice(0, 2).every(({ events }) => events.length > 0));
    await board.close();
    await until(() => streams.every((stream) => stream.hasEnded()));
    expect(board.listeners.size).toBe(0);
  });
});

describe('the page', () => {
  it('has each service of each environment as data, for tests and tools', async () => {
    const { url } = await liveBoard(sampleView(now));
    const page = await (await fetch(url)).text();
    expect(page.replace(/\s+/g, ' ')).toContain(
      'data-environment="prod" data-service="toy-service" data-wanted="v0.1.0-3.g77c0de1" data-running="v0.1.0-3.g77c0de1" data-health="healthy"',
    );
    expect(page).toContain('2 commits behind dev');
    expect(page).toContain('href="http://127.0.0.1:40001"');
  });

  it('allows no script of its own but its files, loads nothing from elsewhere, and knows no secret', async () => {
    const { url } = await liveBoard(sampleView(now));
    const answer = await fetch(url);
    expect(answer.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'",
    );
    const page = await answer.text();
    expect(page).not.toMatch(/<script(?! type="module" src="\/assets\/board\.js"><\/script>)/);
    expect(page).not.toMatch(/\son[a-z]+=|style="|javascript:/);
    expect(page).not.toContain(token);
  });

  it('serves every file of its folder, and no longer what is known', async () => {
    const { url } = await liveBoard(sampleView(now));
    for (const name of await readdir(join(import.meta.dirname, '../../src/board/assets'))) {
      const answer = await fetch(`${url}/assets/${name}`);
      expect([name, answer.status]).toEqual([name, 200]);
      expect(await answer.text()).toBe(
        await readFile(join(import.meta.dirname, '../../src/board/assets', name), 'utf8'),
      );
      const etag = answer.headers.get('etag') ?? '';
      expect((await fetch(`${url}/assets/${name}`, { headers: { 'if-none-match': etag } })).status).toBe(304);
    }
  });

  it('escapes all text, and makes no link of an address that is none', async () => {
    const hostile = `<script>alert(1)</script>"'><img src=x>`;
    const view = sampleView(now);
    const text = JSON.stringify(view, (key, value: unknown) =>
      typeof value === 'string' && !['state', 'health', 'at', 'since', 'started', 'kind', 'url'].includes(key)
        ? value + hostile
        : key === 'url'
          ? 'javascript:alert(1)'
          : value,
    );
    const { url } = await liveBoard(JSON.parse(text) as LoopView);
    const page = await (await fetch(url)).text();
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img');
    expect(page).not.toContain('href="javascript');
  });

  it('shows 100 services in 3 environments', async () => {
    const [environment] = sampleView(now).environments;
    const services = Array.from({ length: 100 }, (_, index) => ({
      ...environment?.services[0],
      service: `service-${index}`,
    })) as LoopView['environments'][number]['services'];
    const environments = ['dev', 'stage', 'prod'].map((name) => ({
      ...environment,
      environment: name,
      services,
    }));
    const { url } = await liveBoard({ ...sampleView(now), environments } as LoopView);
    const page = await (await fetch(url)).text();
    expect(page.match(/<td/g)).toHaveLength(300);
  });
});

describe('live events', () => {
  it('give the view as JSON at the start and after each change, a burst as one', async () => {
    const board = await liveBoard(sampleView(now));
    expect(await (await fetch(`${board.url}/api/view`)).json()).toEqual(
      JSON.parse(JSON.stringify(sampleView(now))),
    );
    const { events, response, stop } = await listen(`${board.url}/api/events`);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    await until(() => events.length === 1);
    for (let index = 0; index < 50; index++) board.show({ ...sampleView(now), events: [] });
    board.show({ source: 'loop', environments: [], runs: [], events: [] });
    await until(() => events.at(-1)?.data === '{"source":"loop","environments":[],"runs":[],"events":[]}');
    expect(events.length).toBeLessThanOrEqual(3);
    stop();
  });

  it('send only the parts of the page that changed', async () => {
    const board = await liveBoard(sampleView(now));
    const { events, stop } = await listen(`${board.url}/api/fragments`);
    await until(() => events.length === 4);
    board.show({ ...sampleView(now), events: [] });
    await until(() => events.length === 5);
    expect(events[4]?.event).toBe('events');
    expect(JSON.parse(events[4]?.data ?? '')).toContain('Nothing has happened yet.');
    stop();
  });
});

describe('logs', () => {
  const name = ['build-toy-web-r-9', 'test', 'test'] as const;
  const path = `/runs/${name.join('/')}.log`;

  it('are plain text, and only those of the view', async () => {
    const board = await liveBoard(sampleView(now));
    expect(await (await fetch(board.url + path)).text()).toBe('');
    await board.writeLog(...name, '<b>größer</b>\n');
    const answer = await fetch(board.url + path);
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe('<b>größer</b>\n');
    for (const other of ['x/test/test', `${name[0]}/..%2f..%2ftest/test`, `${name[0]}/test/unknown`]) {
      expect((await fetch(`${board.url}/runs/${other}.log`)).status, other).toBe(404);
    }
  });

  it('are followed while they grow, without cutting a character, until the step has ended', async () => {
    const board = await liveBoard(sampleView(now));
    const { events, hasEnded } = await listen(board.url + path);
    const bytes = Buffer.from('eins\nzwölf 🚀\n');
    const text = (): string =>
      events
        .filter(({ event }) => event === 'text')
        .map(({ data }) => JSON.parse(data) as string)
        .join('');
    for (const byte of bytes.subarray(0, 7)) await board.writeLog(...name, Buffer.from([byte]));
    await until(() => text() === 'eins\nzw');
    await board.writeLog(...name, bytes.subarray(7, 14));
    await until(() => text() === 'eins\nzwölf ');
    await board.writeLog(...name, bytes.subarray(14));
    board.show({
      ...sampleView(now),
      runs: sampleView(now).runs.map((run) => ({ ...run, state: 'failed' as const })),
    });
    await until(hasEnded);
    expect(text()).toBe(bytes.toString());
    expect(events.at(-1)?.event).toBe('end');
    const resumed = await listen(board.url + path, { 'last-event-id': '5' });
    await until(resumed.hasEnded);
    expect(resumed.events.map(({ event, data }) => [event, data])).toEqual([
      ['text', '"zwölf 🚀\\n"'],
      ['end', ''],
    ]);
  });

  it('show the end of a large one, and say so', async () => {
    const board = await liveBoard(sampleView(now));
    await board.writeLog('build-toy-service-r-7', 'test', 'test', 'x'.repeat(1_000_000));
    const { events, hasEnded } = await listen(`${board.url}/runs/build-toy-service-r-7/test/test.log`);
    await until(hasEnded);
    expect(events[0]).toMatchObject({ event: 'skipped', data: String(1_000_000 - 256 * 1024) });
    const sizes = events.filter(({ event }) => event === 'text').map(({ data }) => data.length - 2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(256 * 1024);
  });
});

describe('the environments', () => {
  it('show what is held and frozen, by whom, until when and why', async () => {
    const { url } = await liveBoard(stoppedView(now));
    const text = (await (await fetch(url)).text()).replace(/<svg.*?<\/svg>/gs, '');
    const notes = [...text.matchAll(/<p class="stop" data-stop="(\w+)">(.*?)<\/p>/gs)].map(
      ([, kind, body]) => [
        kind,
        body
          ?.replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim(),
      ],
    );
    const since = '2025-01-02 01:04:05 UTC';
    expect(notes).toEqual([
      ['frozen', `frozen The fair Bob , ${since} , until 2025-01-03 03:04:05 UTC`],
      ['frozen', `frozen Nobody is here Bob , ${since}`],
      ['held', `held It loses the &lt;cart&gt;; look at the sessions first Ada Lovelace , ${since}`],
    ]);
    expect(text).toContain('title="Ada Lovelace &lt;ada@example.com&gt;"');
  });
});
