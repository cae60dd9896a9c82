import { html } from 'hono/html';
import type { EventView } from '../model/loop-view.ts';
import type { Markup } from './marks.ts';
import { momentText } from './texts.ts';

/** What happened, newest first. */
export function eventsFragment(events: readonly EventView[]): Markup {
  if (events.length === 0) return html`<p class="empty">Nothing has happened yet.</p>`;
  const seen = new Map<string, number>();
  return html`<ol class="events">
    ${events
      .toReversed()
      .map((event) => eventItem(event, keyOf(event, seen)))
      .toReversed()}
  </ol>`;
}

function eventItem(event: EventView, key: string): Markup {
  return html`<li data-key="${key}" data-kind="${event.kind}">
    ${momentText(event.at)} <span class="kind">${event.kind}</span> <span class="text">${event.text}</span>
  </li>`;
}

/** The same event keeps its key while newer ones come: equal ones are counted from the oldest. */
function keyOf(event: EventView, seen: Map<string, number>): string {
  const base = `${event.at} ${event.kind} ${event.text}`;
  const count = (seen.get(base) ?? 0) + 1;
  seen.set(base, count);
  return `${base} ${count}`;
}
