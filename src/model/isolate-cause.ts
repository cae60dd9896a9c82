/** What a trial says of a set of changes; `skip`: nothing can be said. */
export type Verdict = 'good' | 'bad' | 'skip';

/**
 * A smallest set of changes that is bad: none of its changes can be left out alone (delta debugging, Zeller and
 * Hildebrandt's ddmin). `isBad` must be true of all of them; it is asked once for each set. One cause among n changes
 * takes about 2·log2(n) trials, a pair more.
 */
export async function isolateCause<T>(
  changes: readonly T[],
  isBad: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  const index = new Map(changes.map((change, position) => [change, position]));
  const asked = new Map<string, Promise<boolean>>();
  const ask = (some: readonly T[]): Promise<boolean> => {
    const key = some.map((change) => index.get(change)).join();
    let answer = asked.get(key);
    if (answer === undefined) asked.set(key, (answer = isBad(some)));
    return answer;
  };
  let left = changes;
  let parts = 2;
  while (left.length > 1) {
    const pieces = split(left, parts);
    const rests = parts === 2 ? [] : pieces.map((piece) => left.filter((change) => !piece.includes(change)));
    const piece = await firstBad(pieces, ask);
    const rest = piece === undefined ? await firstBad(rests, ask) : undefined;
    if (piece !== undefined) [left, parts] = [piece, 2];
    else if (rest !== undefined) [left, parts] = [rest, Math.max(parts - 1, 2)];
    else if (parts < left.length) parts = Math.min(parts * 2, left.length);
    else break;
  }
  return left;
}

async function firstBad<T>(
  sets: readonly (readonly T[])[],
  ask: (some: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | undefined> {
  for (const set of sets) if (await ask(set)) return set;
  return undefined;
}

function split<T>(list: readonly T[], parts: number): T[][] {
  return Array.from({ length: parts }, (_, part) =>
    list.slice(Math.floor((part * list.length) / parts), Math.floor(((part + 1) * list.length) / parts)),
  );
}
