import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { stillWaiting, tellWaits } from './still-waiting.ts';

const soon = { firstMs: 20, thenMs: 60_000 };

function listen(): string[] {
  const told: string[] = [];
  tellWaits((text) => told.push(text));
  onTestFinished(() => tellWaits(undefined));
  return told;
}

it('tells of a long wait once, however many wait for the same', async () => {
  const told = listen();
  const [first, second] = [stillWaiting('origin', soon), stillWaiting('origin', soon)];
  first();
  first();
  await sleep(100);
  second();
  expect(told).toEqual(['Still waiting for origin, 0 s …']);
});

it('tells nothing of a short one', async () => {
  const told = listen();
  stillWaiting('origin', soon)();
  await sleep(100);
  expect(told).toEqual([]);
});
