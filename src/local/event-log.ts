import type { EventView } from '../model/loop-view.ts';

/** The latest events, newest first, and the listeners to changes. */
export interface EventLog {
  readonly events: readonly EventView[];
  /** Adds an event and tells the listeners. */
  add(kind: EventView['kind'], text: string): void;
  /** Tells the listeners that something else changed. */
  changed(): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: () => void): () => void;
}

const kept = 100;

/** An empty log. `onEvent` is called with each event that is added. */
export function openEventLog(clock: () => Date, onEvent: (event: EventView) => void): EventLog {
  let events: readonly EventView[] = [];
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    get events() {
      return events;
    },
    add: (kind, text) => {
      const event: EventView = { at: clock().toISOString(), kind, text };
      events = [event, ...events].slice(0, kept);
      onEvent(event);
      changed();
    },
    changed,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
