import { Hono } from 'hono';
import type { BoardSource } from './board-source.ts';

export interface Board {
  readonly app: Hono;
  close(): void;
}

export function createBoard(source: BoardSource): Board {
  const app = new Hono();
  app.get('/api/view', (c) => c.json(source.snapshot()));
  return { app, close: () => {} };
}
