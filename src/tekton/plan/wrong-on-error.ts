import type { TaskSpec } from '../types.ts';

/** What Tekton's validation says of steps whose `onError` is not a word for one, once all variables are put in; undefined when all are. */
export function wrongOnError({ steps }: TaskSpec): string | undefined {
  const places = new Map<string, string[]>();
  steps.forEach(({ onError }, index) => {
    if (isWord(onError)) return;
    places.set(onError!, [...(places.get(onError!) ?? []), `steps[${index}].onError`]);
  });
  if (places.size === 0) return undefined;
  return [...places]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([word, at]) =>
        `invalid value: "${word}": ${at.join(', ')}\nTask step onError must be either "continue" or "stopAndFail"`,
    )
    .join('\n');
}

/** Whether a step may have this `onError`. */
export function isWord(onError: string | undefined): boolean {
  return onError === undefined || ['', 'continue', 'stopAndFail'].includes(onError);
}
