import { chromium, type Browser } from 'playwright-core';
import { findPrograms } from '../../src/process/find-program.ts';

/** The browser for tests: `BITIQ_CHROMIUM`, or the first one on PATH; undefined when there is none. */
export const browserPath: string | undefined = process.env['BITIQ_CHROMIUM'] ?? (await findOnPath());

/** How long a test waits for what a page is to show. */
export const patienceMs = 150_000;

/** Starts it without a window and without anything that calls home. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath ?? 'chromium',
    timeout: patienceMs,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

async function findOnPath(): Promise<string | undefined> {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const found = await Promise.all(names.map((name) => findPrograms(name, process.env['PATH'])));
  return found.flat()[0];
}
