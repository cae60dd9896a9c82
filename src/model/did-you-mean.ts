/** The candidate that is closest to a mistyped word, or undefined when none is near (more than a third of it differs). */
export function closest(word: string, among: Iterable<string>): string | undefined {
  const candidates = [...among];
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase().slice(0, 100), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  // `production` for prod, `stag` for staging.
  return (
    best ??
    candidates.find(
      (each) => each.length > 2 && word.length > 2 && (word.startsWith(each) || each.startsWith(word)),
    )
  );
}

/** " Did you mean X?" when there is a close candidate, else what there is. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const near = closest(word, candidates);
  if (near !== undefined) return `Did you mean ${near}?`;
  if (candidates.length === 0) return 'There is none yet.';
  const shown = candidates.slice(0, 12).join(', ');
  return `There ${candidates.length === 1 ? 'is' : 'are'}: ${shown}${candidates.length > 12 ? ', …' : ''}.`;
}

/** Letters to replace, insert, remove, or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped =
        a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1, swapped));
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
