import { matchesLabels } from './label-selector.ts';
import type { Listener, Trigger, TriggerSelector } from './types.ts';

/** The Triggers of the files that a listener or a group takes by labels and namespaces; none without a selector. */
export function selectTriggers(source: Listener, selector: TriggerSelector): Trigger[] {
  const { labels, namespaces } = selector;
  if (!labels && namespaces.length === 0) return [];
  const isThere = (namespace = source.listener.namespace) =>
    namespaces.length === 0
      ? namespace === source.listener.namespace
      : namespaces.includes(namespace) || (namespaces.length === 1 && namespaces[0] === '*');
  return source.triggers.filter(
    (trigger) => isThere(trigger.namespace) && (!labels || matchesLabels(labels, trigger.labels)),
  );
}
