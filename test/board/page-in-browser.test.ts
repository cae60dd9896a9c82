import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { LoopView } from '../../src/model/loop-view.ts';
import { browserPath, patienceMs, startBrowser } from './browser.ts';
import { liveBoard } from './live-board.ts';
import { failingView, sampleView } from './sample-view.ts';

const now = new Date();
let browser: Browser;

async function openPage(url: string, options: Parameters<Browser['newContext']>[0] = {}) {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const foreign: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) foreign.push(request.url());
  });
  await page.goto(url);
  await page.waitForSelector('#connection[data-state=live]');
  return { page, complaints, foreign };
}

const cell = (service: string, environment: string): string =>
  `td[data-service="${service}"][data-environment="${environment}"]`;

function withDev(view: LoopView, running: string): LoopView {
  const [dev, ...others] = view.environments;
  if (dev === undefined) return view;
  const services = dev.services.map((service) =>
    service.service === 'toy-service' ? { ...service, running, wanted: running } : service,
  );
  return { ...view, environments: [{ ...dev, services }, ...others] };
}

describe.skipIf(browserPath === undefined)('the board in a browser', () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it('shows a change without a reload, says it aloud, and keeps what the reader opened and where they are', async () => {
    const board = await liveBoard(sampleView(now));
    await board.writeLog('build-toy-service-r-7', 'test', 'test', 'not ok 4\n');
    const { page, complaints, foreign } = await openPage(board.url, {
      viewport: { width: 900, height: 420 },
    });
    await page.evaluate(() => Object.assign(globalThis, { notReloaded: true }));
    const run = page.locator('[data-run="build-toy-service-r-7"]');
    await run.locator('summary').first().click();
    await run.locator('details[data-log$="/test/test.log"] > summary').click();
    await run.locator('.log', { hasText: 'not ok 4' }).waitFor();
    await page.mouse.wheel(0, 200);
    await page.waitForFunction('scrollY > 100');
    const text = await page.evaluate<string>('document.querySelector(".log:not(:empty)").textContent');
    // The mark of a changed cell lasts only for a moment.
    await page.evaluate(`globalThis.changed = [];
      new MutationObserver((changes) => {
        for (const { target: { dataset } } of changes)
          if ('changed' in dataset) changed.push(dataset.service + ' in ' + dataset.environment);
      }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-changed'] })`);

    const next = withDev(sampleView(now), 'v0.1.0-6.gabcdef1');
    const [newest] = next.runs;
    board.show({
      ...next,
      runs: newest === undefined ? [] : [{ ...newest, run: 'newer-one' }, ...next.runs],
    });
    await page.waitForSelector(`${cell('toy-service', 'dev')}[data-running="v0.1.0-6.gabcdef1"]`);
    await page.waitForFunction('changed.includes("toy-service in dev")');
    expect(await page.locator('#announcer').textContent()).toBe(
      'toy-service in dev: healthy, v0.1.0-6.gabcdef1',
    );
    expect(await run.locator('details').first().getAttribute('open')).toBe('');
    expect(await page.evaluate('document.querySelector(".log:not(:empty)").textContent')).toBe(text);
    expect(await page.evaluate('scrollY > 100 && globalThis.notReloaded')).toBe(true);
    expect(await page.locator('[data-run="newer-one"]').count()).toBe(1);
    expect(complaints).toEqual([]);
    expect(foreign).toEqual([]);
  });

  it('follows a log while it is written', async () => {
    const board = await liveBoard(sampleView(now));
    const name = ['build-toy-web-r-9', 'test', 'test'] as const;
    await board.writeLog(...name, 'ok 1 – größer\n');
    const { page } = await openPage(board.url);
    const run = page.locator(`[data-run="${name[0]}"]`);
    await run.locator('summary').first().click();
    await run.locator('details[data-log$="/test/test.log"] > summary').click();
    await run.locator('.log', { hasText: 'ok 1 – größer' }).waitFor();
    await board.writeLog(...name, 'ok 2 <b>not bold</b>\n');
    await run.locator('.log', { hasText: 'ok 2 <b>not bold</b>' }).waitFor();
    board.show({ ...sampleView(now), runs: sampleView(now).runs.slice(1) });
    await run.waitFor({ state: 'detached' });
  });

  it('comes back by itself when the loop was away', async () => {
    const board = await liveBoard(sampleView(now));
    const { page } = await openPage(board.url);
    await board.close();
    await page.waitForSelector('#connection[data-state=lost]');
    expect(await page.locator('#connection').textContent()).toContain('reconnecting');
    board.show(withDev(sampleView(now), 'v0.1.0-7.g7777777'));
    await board.startAgain();
    await page.waitForSelector(`${cell('toy-service', 'dev')}[data-running="v0.1.0-7.g7777777"]`);
    await page.waitForSelector('#connection[data-state=live]');
  });

  it('shows hostile text as text', async () => {
    const view = sampleView(now);
    const hostile = '"><img src=x onerror=alert(1)><script>document.title="taken"</script>';
    const [run] = view.runs;
    const board = await liveBoard({
      ...view,
      environments: view.environments.map((environment) => ({
        ...environment,
        message: hostile,
        state: 'failed' as const,
      })),
      runs: run === undefined ? [] : [{ ...run, subject: hostile, message: hostile, state: 'failed' }],
      events: [{ at: now.toISOString(), kind: 'push', text: hostile }],
    });
    const { page, complaints } = await openPage(board.url);
    expect(await page.locator('.subject').textContent()).toBe(hostile);
    board.show({ ...view, events: [{ at: now.toISOString(), kind: 'push', text: `${hostile} again` }] });
    await page.locator('.events .text', { hasText: 'again' }).waitFor();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(await page.title()).not.toBe('taken');
    expect(complaints).toEqual([]);
  });

  it.each([
    ['light', sampleView(now), { colorScheme: 'light', viewport: { width: 1360, height: 900 } }],
    ['dark', failingView(now), { colorScheme: 'dark', viewport: { width: 1360, height: 900 } }],
    ['failing', failingView(now), { colorScheme: 'light', viewport: { width: 1360, height: 900 } }],
    ['tablet', sampleView(now), { colorScheme: 'dark', viewport: { width: 800, height: 1000 } }],
    ['phone', failingView(now), { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
    [
      'empty',
      { source: 'loop', environments: [], runs: [], events: [] },
      { viewport: { width: 1360, height: 600 } },
    ],
  ] as const)('fits the screen: %s', async (name, view, options) => {
    const board = await liveBoard(view, {
      remotes: ['toy-service', 'toy-web', 'bitiq'].map((remote) => ({
        name: remote,
        url: `http://127.0.0.1:8484/git/${remote}.git`,
      })),
      remotesNote: 'Any user name; the password is in .bitiq/secrets/git-token.',
    });
    await board.writeLog(
      'build-toy-service-r-7',
      'test',
      'test',
      'TAP version 13\nnot ok 4 - counts requests\n  expected: 2\n  actual: 1\n',
    );
    const { page, complaints } = await openPage(board.url, options);
    if (name === 'dark' || name === 'phone') await openFailedLog(page);
    const [inner, outer] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    );
    expect(inner).toBeLessThanOrEqual(outer);
    expect(complaints).toEqual([]);
    const folder = process.env['BITIQ_SCREENSHOTS'];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/board-${name}.png`, fullPage: true });
  });
});

async function openFailedLog(page: Page): Promise<void> {
  const run = page.locator('[data-run="build-toy-service-r-7"]');
  await run.locator('summary').first().click();
  await run.locator('details[data-log$="/test/test.log"] > summary').click();
  await run.locator('.log', { hasText: 'not ok 4' }).waitFor();
}
