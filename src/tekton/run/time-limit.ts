/** The longest wait of a timer of Node, 24 days; a longer one is over at once. */
const longest = 2 ** 31 - 1;

/** Calls `end` after some milliseconds, however many, or never for 0; what it returns takes that back. */
export function startLimit(milliseconds: number, end: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const wait = (left: number) => {
    timer = setTimeout(() => (left > longest ? wait(left - longest) : end()), Math.min(left, longest));
  };
  if (milliseconds > 0) wait(milliseconds);
  return () => clearTimeout(timer);
}
