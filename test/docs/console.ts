/** A command of a page and what it prints, both streams in their order. */
interface Example {
  readonly command: string;
  readonly output: string;
}

/**
 * The page with the output of every example in its `console` blocks as it is now. An example runs from its line that begins
 * with `$ ` to the next one; where its output is still true it stays as it was written, shas, ages and `…` included.
 */
export async function replay(page: string, run: (command: string) => Promise<string>): Promise<string> {
  const parts = page.split(/^(```console\n[\s\S]*?^```)$/m);
  const replayed: string[] = [];
  for (const part of parts) {
    const text = /^```console\n([\s\S]*)```$/.exec(part)?.[1];
    replayed.push(text === undefined ? part : `\`\`\`console\n${await replayBlock(text, run)}\`\`\``);
  }
  return replayed.join('');
}

async function replayBlock(text: string, run: (command: string) => Promise<string>): Promise<string> {
  const shown: string[] = [];
  for (const { command, output } of readExamples(text)) {
    const printed = await run(command);
    shown.push(`$ ${command}\n${isTrue(output, printed) ? output : printed}`);
  }
  return shown.join('');
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

/** Whether what is written says what was printed; a line `…` stands for any lines. */
function isTrue(written: string, printed: string): boolean {
  const pattern = withoutChance(written)
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\n)*?' : `${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\n`))
    .join('');
  return new RegExp(`^${pattern}$`).test(`${withoutChance(printed)}\n`);
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
