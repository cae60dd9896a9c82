import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserPath, patienceMs, startBrowser } from '../board/browser.ts';
import { cloneRemote } from '../kit/clone.ts';
import { fetchAnew, removeState, startLoopProcess, type LoopProcess } from '../kit/loop-process.ts';

describe.skipIf(browserPath === undefined)('a push, seen in a browser (skipped: no chromium on PATH)', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bitiq-loop-browser-')));
  const complaints: string[] = [];
  let loop: LoopProcess;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    [loop, browser] = await Promise.all([startLoopProcess(join(folder, 'state')), startBrowser()]);
    page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    page.setDefaultTimeout(patienceMs);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(loop.url);
    await loop.runs('dev', { 'toy-service': '', 'toy-web': '' });
  });

  afterAll(async () => {
    await browser?.close();
    await loop?.end('SIGINT');
    removeState(folder);
  });

  it('shows the new version of a push with plain git, without a reload, and its log can be read', async () => {
    await page.evaluate(() => Object.assign(globalThis, { neverReloaded: true }));
    const clone = await cloneRemote(loop, 'toy-service', join(folder, 'toy-service'));
    const subject = 'Greet <b>everybody</b> & their dog';
    const readme = clone.read('README.md');
    const sha = await clone.push({ 'README.md': `${readme}\nGreetings.\n` }, subject);

    const tag = `v0.1.0-1.g${sha.slice(0, 7)}`;
    const cell = 'td[data-service="toy-service"][data-environment="dev"]';
    await page
      .locator(`${cell}[data-running="${tag}"][data-wanted="${tag}"][data-health="healthy"]`)
      .waitFor();
    const address = await page.locator(`${cell} a.address`).getAttribute('href');
    const version = (await (await fetchAnew(`${address}/version`)).json()) as { readonly commit: string };
    expect(version.commit).toBe(sha);

    const run = page.locator('li[data-run]', { hasText: subject });
    await run.and(page.locator('[data-state="succeeded"]')).waitFor();
    await run.locator('summary').first().click();
    const step = run.locator('[data-task="test"] details.step', { hasText: 'build-and-test' });
    await step.locator('summary').click();
    await step.locator('.log', { hasText: '> test: ' }).waitFor();
    const log = await (await fetchAnew(new URL((await step.getAttribute('data-log'))!, loop.url))).text();
    expect(log).toMatch(/^\d{4}-\d\d-\d\dT\S+Z > build: /m);
    expect(log).not.toContain(loop.token);

    await screenshot('delivered');
    expect(await page.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('stays readable when the loop ends, and says that it is not live', async () => {
    await loop.end('SIGINT');
    await page.locator('#connection:not([data-state="live"])').waitFor();
    await screenshot('ended');
    expect(await page.locator('td[data-service="toy-service"]').count()).toBeGreaterThan(0);
  });

  async function screenshot(name: string): Promise<void> {
    const into = process.env['BITIQ_SCREENSHOTS'];
    if (into === undefined) return;
    mkdirSync(into, { recursive: true });
    await page.screenshot({ path: join(into, `loop-${name}.png`), fullPage: true });
  }
});
