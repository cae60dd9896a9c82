// Prints the notes of a release of bitiq, from the commits since the version before: `node tools/workflows/release-notes.js v0.2.0`,
// after `npm run build`.
// Refuses a tag that is not the version in package.json, so that no release says two.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { plain } from '../../dist/actions/diff/print-markdown.js';

const [tag = ''] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
if (tag !== `v${version}`) {
  console.error(
    `The tag ${tag || '(none)'} is not the version of package.json: v${version}. Nothing was released.`,
  );
  process.exit(1);
}
/** What GitHub takes is 125,000 characters. */
const limit = 100_000;
const before = spawnSync(
  'git',
  ['describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*.[0-9]*.[0-9]*', `${tag}^`],
  {
    encoding: 'utf8',
  },
).stdout.trim();
const range = before === '' ? tag : `${before}..${tag}`;
const log = execFileSync('git', ['log', '--no-merges', '--format=%h%x09%s', range, '--'], {
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
const commits = log.split('\n').filter(Boolean);

const lines = [before === '' ? 'The first release.' : `${commits.length} commits since ${before}.`, ''];
let room = limit;
for (const [index, commit] of commits.entries()) {
  const [sha, subject] = commit.split('\t');
  const line = `- ${plain(subject)} (${sha})`;
  room -= line.length + 1;
  if (room < 0) {
    lines.push(`- and ${commits.length - index} more`);
    break;
  }
  lines.push(line);
}
console.log(lines.join('\n'));
