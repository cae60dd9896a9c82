// Checks every Markdown file that git tracks: relative links and their anchors lead somewhere, Mermaid diagrams parse.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderMermaidASCII } from 'beautiful-mermaid';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
});
const files = listed.split('\n').filter((file) => file !== '' && existsSync(join(root, file)));
const problems = [];

for (const file of files) {
  const text = readFileSync(join(root, file), 'utf8');
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1\s*$/gm, (block) => block.replace(/[^\n]/g, ' '));
  for (const match of prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g))
    checkLink(file, match[1], lineOf(prose, match.index));
  for (const match of text.matchAll(/^```mermaid\n([\s\S]*?)^```/gm))
    checkDiagram(file, match[1], lineOf(text, match.index));
}

for (const problem of problems) console.log(problem);
console.log(`${files.length} pages, ${problems.length} problems`);
process.exit(problems.length > 0 ? 1 : 0);

function checkLink(file, link, line) {
  if (/^[a-z]+:/i.test(link)) return;
  const [path, anchor] = link.split('#');
  const target = path === '' ? file : normalize(join(dirname(file), decodeURI(path)));
  if (!existsSync(join(root, target))) problems.push(`${file}:${line}: the link ${link} leads nowhere`);
  else if (anchor && target.endsWith('.md') && !anchorsOf(target).has(anchor)) {
    problems.push(`${file}:${line}: ${target} has no heading for #${anchor}`);
  } else if (path.endsWith('/') && !statSync(join(root, target)).isDirectory()) {
    problems.push(`${file}:${line}: ${link} is not a folder`);
  }
}

/** The anchors as GitHub makes them: lower case, spaces to dashes, punctuation gone, repeats numbered. */
function anchorsOf(file) {
  const seen = new Map();
  const anchors = new Set();
  const prose = readFileSync(join(root, file), 'utf8').replace(/^```[\s\S]*?^```/gm, '');
  for (const match of prose.matchAll(/^#{1,6}\s+(.+?)\s*$/gm)) {
    const base = match[1]
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-');
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    anchors.add(count === 0 ? base : `${base}-${count}`);
  }
  return anchors;
}

function checkDiagram(file, source, line) {
  try {
    if (renderMermaidASCII(source).trim() === '') throw new Error('it renders to nothing');
  } catch (error) {
    problems.push(`${file}:${line}: the diagram does not parse: ${error.message}`);
  }
}

function lineOf(text, index) {
  return text.slice(0, index).split('\n').length;
}
