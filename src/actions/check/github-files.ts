import { isMap } from 'yaml';
import type { Finding } from '../../model/finding.ts';
import { matchesOwners } from '../../model/glob.ts';
import type { Tree } from '../../git/tree.ts';
import { parseYaml, placeOf, printKeyPath } from '../../yaml/source.ts';
import { collectFindings } from './collect.ts';

const ownersFile = '.github/CODEOWNERS';

/**
 * Findings about what GitHub reads: workflows that are not YAML or lack what a workflow needs, as GitHub tells of them only
 * where no one looks; and CODEOWNERS without valid owners, or with paths that match no file. `npm run check` asks more of workflows.
 */
export async function checkGithubFiles(tree: Tree): Promise<Finding[]> {
  const listed = await tree.list('');
  const workflows = listed.filter((path) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  const texts = await tree.read([...workflows, ownersFile]);
  const parts = await Promise.all(
    workflows.map((file) => collectFindings(async () => checkWorkflow(file, texts.get(file) ?? ''))),
  );
  return [...parts.flat(), ...checkOwners(texts.get(ownersFile) ?? '', listed)];
}

function checkWorkflow(file: string, text: string): Finding[] {
  const source = parseYaml(text, file, '1.2');
  const root = source.document.contents;
  return ['on', 'jobs'].flatMap((key): Finding[] => {
    const found: unknown = isMap(root) ? root.get(key) : undefined;
    if (key === 'jobs' ? isMap(found) && found.items.length > 0 : found !== undefined && found !== null)
      return [];
    return [
      {
        code: 'file-invalid',
        severity: 'error',
        place: placeOf(source, [key]),
        message: `${file}: ${printKeyPath([key])} is missing or empty, so GitHub never runs it.`,
        fix: 'Write when it runs under `on`, and what under `jobs`, or remove the file.',
      },
    ];
  });
}

function checkOwners(text: string, files: readonly string[]): Finding[] {
  return text.split(/\r?\n/).flatMap((line, index): Finding[] => {
    const [pattern, ...owners] = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (pattern === undefined || pattern === '') return [];
    const place = { file: ownersFile, line: index + 1, column: 1, sourceLine: line };
    const strange = owners
      .filter((owner) => !/^(?:@[\w-]+(?:\/[\w.-]+)?|[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+)$/.test(owner))
      .map((owner): Finding => ({
        code: 'file-invalid',
        severity: 'error',
        place,
        message: `${ownersFile}: ${JSON.stringify(owner)} is not a valid owner, so GitHub ignores the whole line.`,
        fix: 'Write @user, @organization/team or an email address.',
      }));
    if (files.some((file) => matchesOwners(pattern, file))) return strange;
    const message = `${ownersFile}: ${pattern} matches no file, so the line has no effect.`;
    const fix = 'Correct the path, or remove the line.';
    return [...strange, { code: 'file-invalid', severity: 'warning', place, message, fix }];
  });
}
