import { isList } from '../substitution/replace.ts';
import type { Matrix, Param } from '../types.ts';

/** One set of parameter values of a matrix. */
type Combination = ReadonlyMap<string, string>;

/** The most combinations that Tekton starts for one task by default. */
export const maxCombinations = 256;

/**
 * The combinations of a matrix in Tekton's order: the first parameter varies fastest, an entry of `include` that fits a
 * combination is merged into it, one with a value that no combination has is added. Parameters are sorted by name.
 */
export function fanOut(matrix: Matrix): { readonly name: string; readonly value: string }[][] {
  const included: Combination[] = matrix.include.map(
    ({ params }) => new Map(params.map(({ name, value }) => [name, String(value)])),
  );
  if (matrix.params.length === 0) return included.map(sorted);
  let combinations: Combination[] = [];
  for (const [index, param] of matrix.params.entries()) {
    const before = index === 0 ? [new Map<string, string>()] : combinations;
    combinations = valuesOf(param).flatMap((value) =>
      before.map((one) => new Map([...one, [param.name, value]])),
    );
  }
  const merged = combinations.map((one) =>
    included.reduce<Combination>((sum, extra) => (fits(sum, extra) ? new Map([...sum, ...extra]) : sum), one),
  );
  for (const extra of included) if (isNew(extra, merged)) merged.push(extra);
  return merged.map(sorted);
}

/**
 * How many combinations a matrix has, a parameter that is still a variable counted as one value. Of more than are allowed none
 * is made, as their number has no bounds, and what `include` adds to them does not count.
 */
export function countCombinations(matrix: Matrix): number {
  const params = matrix.params.map((param) =>
    typeof param.value === 'string' ? { ...param, value: [param.value] } : param,
  );
  const product = params.reduce((count, param) => count * valuesOf(param).length, 1);
  return product > maxCombinations ? product : fanOut({ ...matrix, params }).length;
}

/** The values of a matrix parameter; none while it is still a variable. */
export function valuesOf({ value }: Param): readonly string[] {
  return isList(value) ? value : [];
}

function fits(combination: Combination, extra: Combination): boolean {
  return [...extra].every(([name, value]) => !combination.has(name) || combination.get(name) === value);
}

function isNew(extra: Combination, all: readonly Combination[]): boolean {
  return extra.size > 0 && !all.some((one) => [...extra].some(([name, value]) => one.get(name) === value));
}

function sorted(combination: Combination): { name: string; value: string }[] {
  return [...combination]
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
