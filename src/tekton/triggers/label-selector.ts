import type { LabelSelector } from './types.ts';

/** Whether labels fit a selector: every label and every expression, as Kubernetes has it. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const value = (key: string) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(selector.matchLabels).every(([key, wanted]) => value(key) === wanted) &&
    selector.matchExpressions.every(({ key, operator, values }) => {
      const found = value(key);
      if (operator === 'Exists') return found !== undefined;
      if (operator === 'DoesNotExist') return found === undefined;
      const isIn = found !== undefined && values.includes(found);
      return operator === 'In' ? isIn : !isIn;
    })
  );
}
