import { html, raw } from 'hono/html';
import type { EnvironmentView, HealthState, RunView, TaskView } from '../model/loop-view.ts';

/** A piece of a page: everything that was put into it is escaped. */
export type Markup = ReturnType<typeof html>;

type State =
  HealthState | EnvironmentView['state'] | RunView['state'] | TaskView['state'] | 'held' | 'frozen';
type Shape = 'check' | 'turning' | 'triangle' | 'cross' | 'hollow' | 'square' | 'dash' | 'pause';

const looks: Record<State, { readonly shape: Shape; readonly word: string }> = {
  healthy: { shape: 'check', word: 'healthy' },
  synced: { shape: 'check', word: 'in sync' },
  succeeded: { shape: 'check', word: 'succeeded' },
  starting: { shape: 'turning', word: 'starting' },
  syncing: { shape: 'turning', word: 'syncing' },
  running: { shape: 'turning', word: 'running' },
  degraded: { shape: 'triangle', word: 'degraded' },
  failed: { shape: 'cross', word: 'failed' },
  waiting: { shape: 'hollow', word: 'waiting' },
  stopped: { shape: 'square', word: 'stopped' },
  unseen: { shape: 'hollow', word: 'not seen healthy' },
  cancelled: { shape: 'square', word: 'cancelled' },
  interrupted: { shape: 'square', word: 'interrupted' },
  skipped: { shape: 'dash', word: 'skipped' },
  held: { shape: 'pause', word: 'held' },
  frozen: { shape: 'pause', word: 'frozen' },
};

const shapes: Record<Shape, string> = {
  check: '<circle cx="8" cy="8" r="7"/><path class="ink" d="M4.8 8.3l2.2 2.2 4.2-4.6"/>',
  turning:
    '<circle class="track" cx="8" cy="8" r="5.8"/><path class="arc" d="M8 2.2a5.8 5.8 0 0 1 5.8 5.8"/>',
  triangle: '<path d="M8 1.2 15.2 14H.8z"/><path class="ink" d="M8 6v3.6m0 2.1v.1"/>',
  cross:
    '<path d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z"/><path class="ink" d="m5.5 5.5 5 5m0-5-5 5"/>',
  hollow: '<circle class="track dashed" cx="8" cy="8" r="5.8"/>',
  square: '<rect x="2.5" y="2.5" width="11" height="11" rx="1.5"/>',
  pause: '<circle cx="8" cy="8" r="7"/><path class="ink" d="M6.2 5.4v5.2m3.6-5.2v5.2"/>',
  dash: '<circle class="track" cx="8" cy="8" r="5.8"/><path class="arc" d="M5.4 8h5.2"/>',
};

/** A state as a shape and a word, so that no colour is needed to read it. */
export function stateMark(state: State): Markup {
  return html`<span class="state ${toneOf(state)}"
    >${shapeOf(state)}<span class="word">${wordOf(state)}</span></span
  >`;
}

/** A state as a shape alone, with the word for those who cannot see it. */
export function stateDot(state: State, of: string): Markup {
  const words = `${of} ${wordOf(state)}`;
  return html`<span class="state dot ${toneOf(state)}" role="img" aria-label="${words}" title="${words}"
    >${shapeOf(state)}</span
  >`;
}

/** The word for a state. */
function wordOf(state: State): string {
  return looks[state].word;
}

function shapeOf(state: State): Markup {
  const { shape } = looks[state];
  return raw(`<svg class="mark ${shape}" viewBox="0 0 16 16" aria-hidden="true">${shapes[shape]}</svg>`);
}

function toneOf(state: State): string {
  const { shape } = looks[state];
  if (shape === 'check') return 'good';
  if (shape === 'triangle' || shape === 'pause') return 'warn';
  if (shape === 'cross') return 'bad';
  return shape === 'turning' ? 'busy' : 'quiet';
}
