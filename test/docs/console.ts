/** A command of a page and what it prints, both streams in their order. */
interface Example {
  readonly command: string;
  readonly output: string;
}

/**
 * The page with the output of every example in its `console` blocks as it is now. An example runs from its line that begins
 * with `$ ` to the next one; where its output is still true it stays as it was written, shas, ages and `…` included. With
 * `again` every output is what this run printed, so that a page is of one piece, and only what `…` stands for is left out.
 */
export async function replay(
  page: string,
  run: (command: string) => Promise<string>,
  options: { readonly anew?: boolean } = {},
): Promise<string> {
  const parts = page.split(/^(```console\n[\s\S]*?^```)$/m);
  const replayed: string[] = [];
  for (const part of parts) {
    const text = /^```console\n([\s\S]*)```$/.exec(part)?.[1];
    if (text === undefined) {
      replayed.push(part);
      continue;
    }
    const shown: string[] = [];
    for (const { command, output } of readExamples(text)) {
      const printed = await run(command);
      const anew = shorten(printed, output);
      shown.push(`$ ${command}\n${anew === undefined ? printed : options.anew ? anew : output}`);
    }
    replayed.push(`\`\`\`console\n${shown.join('')}\`\`\``);
  }
  return replayed.join('');
}

function readExamples(text: string): Example[] {
  if (!text.startsWith('$ ')) throw new Error(`A console block begins with a command: ${text.slice(0, 60)}`);
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((example) => {
      const end = example.indexOf('\n');
      return { command: example.slice(0, end), output: example.slice(end + 1) };
    });
}

/** What was printed, as short as it is written (a line `…` stands for any lines); undefined where that says something else. */
function shorten(printed: string, written: string): string | undefined {
  const pattern = withoutChance(written)
    .split('\n')
    .map((line) => (line === '…' ? '((?:.*\n)*?)' : `${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\n`))
    .join('');
  const leftOut = new RegExp(`^${pattern}$`).exec(`${withoutChance(printed)}\n`)?.slice(1);
  if (leftOut === undefined) return undefined;
  const lines = printed.split('\n');
  return written
    .split('\n')
    .map((line) => {
      if (line !== '…') return lines.shift();
      lines.splice(0, leftOut.shift()!.split('\n').length - 1);
      return line;
    })
    .join('\n');
}

/**
 * A text without what differs from one run to the next (shas of commits, digests, times, the widths of columns with them), and
 * without line numbers, which move with every comment in a copied file.
 */
function withoutChance(text: string): string {
  return text
    .replace(/sha256:[0-9a-f]{64}/g, 'sha256:DIGEST')
    .replace(/(?<!\w)(?:[0-9a-f]{40}|[0-9a-f]{12}|[0-9a-f]{7})(?!\w)/g, 'SHA')
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/\b\d+ (?:s|min) ago\b/g, 'AGE ago')
    .replace(/\.yaml:\d+/g, '.yaml:LINE')
    .replace(/^ +\d+ \|/gm, '  LINE |')
    .replace(/ {2,}/g, '  ');
}
