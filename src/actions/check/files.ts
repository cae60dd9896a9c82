import { LineCounter } from 'yaml';
import { paths, type Config } from '../../model/config.ts';
import { BitiqError } from '../../model/errors.ts';
import type { Finding } from '../../model/finding.ts';
import { decodeText } from '../../git/decode-text.ts';
import { notPlain } from '../../git/strange-entry.ts';
import type { Tree } from '../../git/tree.ts';
import { conflictAt, findConflict } from '../../yaml/source.ts';
import { findingOf } from './collect.ts';

/** What is read below: the files that make a release, deliver it, build it and judge it. */
const roots: readonly string[] = [paths.config, paths.chart, 'environments', 'pipelines', 'policies'];

// A chart may carry pictures and archives.
const isText = /\.(?:ya?ml|tpl|json|txt|rego|sh)$/;

/** Findings about files as such: no UTF-8 text, an unresolved merge conflict, a link or a submodule in place of files. */
export async function checkFiles(tree: Tree): Promise<Finding[]> {
  const [listed, strange] = await Promise.all([tree.list(''), tree.listStrange('')]);
  const files = await tree.readBytes(listed.filter((path) => isBelowRoots(path) && isText.test(path)));
  return [
    ...strange
      .filter(({ path }) => isBelowRoots(path) || roots.some((root) => root.startsWith(`${path}/`)))
      .map((entry) => findingOf(notPlain(entry))),
    ...[...files].flatMap(([path, bytes]) => checkText(path, bytes)),
  ];
}

/** The tree for checks of what files say: one that is not UTF-8 text is found as such, and read as well as can be. */
export function readLeniently(tree: Tree): Tree {
  return {
    ...tree,
    read: async (wanted) =>
      new Map([...(await tree.readBytes(wanted))].map(([path, bytes]) => [path, bytes.toString('utf8')])),
  };
}

/** What remains true of the other findings when these files are not files: what was found in them is not. */
export function withoutEchoes(findings: readonly Finding[], broken: readonly Finding[]): Finding[] {
  const files = broken.map(({ place }) => place.file);
  return findings.filter(
    (finding) =>
      broken.includes(finding) ||
      !files.some((file) => finding.place.file === file || finding.place.file.startsWith(`${file}/`)),
  );
}

/** Whether Helm would stumble over these files when it renders an environment. */
export function breaksRendering(broken: readonly Finding[], environment: string, config: Config): boolean {
  const others = config.environments
    .filter(({ name }) => name !== environment)
    .map(({ name }) => paths.values(name));
  const isWithin = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
  return broken.some(({ place: { file, line } }) => {
    // The values of another environment are only copied; a link cannot be.
    if (line !== undefined && others.includes(file)) return false;
    return (
      isWithin(file, paths.chart) ||
      isWithin(paths.chart, file) ||
      isWithin(paths.application(environment), file)
    );
  });
}

function checkText(path: string, bytes: Buffer): Finding[] {
  try {
    const text = decodeText(path, bytes);
    const conflict = findConflict(text);
    if (conflict === undefined) return [];
    const lines = new LineCounter();
    for (let at = -1; at !== 0; at = text.indexOf('\n', at) + 1) lines.addNewLine(Math.max(at, 0));
    throw conflictAt({ file: path, text, lines }, conflict);
  } catch (error) {
    if (!(error instanceof BitiqError)) throw error;
    return [findingOf(error)];
  }
}

function isBelowRoots(path: string): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}/`));
}
