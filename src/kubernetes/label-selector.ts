/** A label selector as Kubernetes has it. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>> | undefined;
  readonly matchExpressions?:
    | readonly {
        readonly key: string;
        readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
        readonly values?: readonly string[] | null | undefined;
      }[]
    | undefined;
}

/** Whether labels meet every requirement of a selector; one without requirements selects everything. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const valueOf = (key: string) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, wanted]) => valueOf(key) === wanted) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values }) => {
      const found = valueOf(key);
      if (operator === 'Exists') return found !== undefined;
      if (operator === 'DoesNotExist') return found === undefined;
      const isListed = found !== undefined && (values ?? []).includes(found);
      return operator === 'In' ? isListed : !isListed;
    })
  );
}
