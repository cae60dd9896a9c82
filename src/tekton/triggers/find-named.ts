/** An object of a file, with the namespace that is written there. */
export interface Named {
  readonly name: string;
  readonly namespace: string | undefined;
}

/**
 * The object of a name that a namespace sees: the one written with it, else one that names none, as files are often
 * written for `kubectl apply --namespace`. Empty when there is none.
 */
export function findNamed<T extends Named>(all: readonly T[], name: string, namespace: string): T[] {
  const same = all.filter((one) => one.name === name);
  const found =
    same.find((one) => one.namespace === namespace) ?? same.find((one) => one.namespace === undefined);
  return found ? [found] : [];
}
