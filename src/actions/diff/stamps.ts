/**
 * An object's text without the labels and annotations that belong to the whole release, and what they say. Objects of the chart
 * carry only `helm.sh/chart`; in releases made with older charts all of them carry all three.
 */
export interface SplitText {
  readonly text: string;
  readonly stamps: ReadonlyMap<string, string>;
}

const stampLine = /^ {4}(bitiq\.io\/release-id|bitiq\.io\/composite-version|helm\.sh\/chart): (.*)\n/gm;

/**
 * Takes the lines of the release's own stamps out of `metadata:` as the chart prints them. Where they stand otherwise they stay
 * in the text and are compared like every other field.
 */
export function splitStamps(text: string): SplitText {
  const stamps = new Map<string, string>();
  const start = text.search(/^metadata:[ \t]*\n/m);
  if (start < 0) return { text, stamps };
  const end = text.slice(start + 9).search(/^[^ \n#]/m);
  const metadata = end < 0 ? text.slice(start) : text.slice(start, start + 9 + end);
  // Inside a text of several lines such a line would mean something else.
  if (/[|>][-+0-9]*[ \t]*$/m.test(metadata)) return { text, stamps };
  const without = metadata.replace(stampLine, (_, key: string, value: string) => {
    stamps.set(key, value.trimEnd().replace(/^(["'])(.*)\1$/, '$2'));
    return '';
  });
  return { text: text.slice(0, start) + without + text.slice(start + metadata.length), stamps };
}
