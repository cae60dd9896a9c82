import { html } from 'hono/html';
import type { LoopView } from '../model/loop-view.ts';
import type { BoardSource } from './board-source.ts';
import { environmentsFragment } from './environments.ts';
import { eventsFragment } from './events.ts';
import { stateMark, type Markup } from './marks.ts';
import { runsFragment } from './runs.ts';

/** The parts of the page that change while it is open, by the id of the element that holds each. */
export const fragments = {
  summary: (view: LoopView) => summary(view),
  environments: (view: LoopView) => environmentsFragment(view.environments),
  runs: (view: LoopView) => runsFragment(view.runs),
  events: (view: LoopView) => eventsFragment(view.events),
} as const satisfies Record<string, (view: LoopView) => Markup>;

/** The one page, whole and readable without its script. */
export function boardPage(source: Pick<BoardSource, 'remotes' | 'remotesNote'>, view: LoopView): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>bitiq</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/board.css" />
        <script type="module" src="/assets/board.js"></script>
        <noscript><meta http-equiv="refresh" content="5" /></noscript>
      </head>
      <body>
        <header>
          <h1>bitiq</h1>
          <div id="summary" data-fragment>${fragments.summary(view)}</div>
          <p id="connection" data-state="none">
            <span class="lamp" aria-hidden="true"></span><span class="word">not live</span>
          </p>
        </header>
        <main>
          <section aria-labelledby="environments-title">
            <h2 id="environments-title">Environments</h2>
            <div id="environments" data-fragment>${fragments.environments(view)}</div>
          </section>
          ${
            view.source === 'git'
              ? ''
              : html`<section aria-labelledby="runs-title">
                  <h2 id="runs-title">Runs</h2>
                  <div id="runs" data-fragment>${fragments.runs(view)}</div>
                </section>`
          }
          <div class="columns">
            <section aria-labelledby="events-title">
              <h2 id="events-title">Events</h2>
              <div id="events" data-fragment>${fragments.events(view)}</div>
            </section>
            ${remotesSection(source)}
          </div>
        </main>
        <p id="announcer" class="unseen" role="status" aria-live="polite"></p>
      </body>
    </html>`;
}

function remotesSection({
  remotes = [],
  remotesNote,
}: Pick<BoardSource, 'remotes' | 'remotesNote'>): Markup | string {
  if (remotes.length === 0) return '';
  return html`<section aria-labelledby="remotes-title">
    <h2 id="remotes-title">Repositories</h2>
    <dl class="remotes">
      ${remotes.map(
        ({ name, url }) =>
          html`<dt>${name}</dt>
            <dd><code>git clone ${url}</code></dd>`,
      )}
    </dl>
    ${remotesNote === undefined ? '' : html`<p class="note">${remotesNote}</p>`}
  </section>`;
}

function summary({ environments, runs, source }: LoopView): Markup {
  const cells = environments.flatMap(({ services }) => services);
  const healthy = cells.filter(
    ({ health, wanted, running }) => health === 'healthy' && wanted === running,
  ).length;
  const running = runs.filter(({ state }) => state === 'running').length;
  const failed = environments.some(({ state }) => state === 'failed');
  const wanting = source === 'git' ? 'unseen' : 'degraded';
  const state = failed
    ? 'failed'
    : cells.length === 0
      ? 'waiting'
      : healthy < cells.length
        ? wanting
        : 'healthy';
  const word = source === 'git' ? 'seen healthy' : 'as wanted';
  const said =
    cells.length === 0
      ? 'nothing runs yet'
      : healthy === cells.length
        ? `all ${cells.length} ${word}`
        : `${healthy} of ${cells.length} ${word}`;
  return html`<p data-overall="${state}" data-healthy="${healthy}" data-services="${cells.length}">
    ${state === 'unseen' ? '' : stateMark(state)} <span>${said}</span>
    ${running === 0 ? '' : html`<span class="faint">${running} ${running === 1 ? 'run' : 'runs'} under way</span>`}
  </p>`;
}
