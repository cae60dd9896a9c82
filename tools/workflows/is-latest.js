// Prints whether a version tag is the highest of the repository, as `LATEST=true` or `LATEST=false`: `node tools/workflows/is-latest.js v0.2.0`.
// A fix of an older version is released without becoming the one that people get who name none.
import { execFileSync } from 'node:child_process';
import semver from 'semver';

const [tag = ''] = process.argv.slice(2);
const isVersion = (each) => /^v\d+\.\d+\.\d+$/.test(each) && semver.valid(each) !== null;
if (!isVersion(tag)) {
  console.error(`${JSON.stringify(tag)} is not a version such as v0.2.0. Nothing was changed.`);
  process.exit(2);
}
const tags = execFileSync('git', ['tag', '--list', 'v*'], { encoding: 'utf8' }).split('\n').filter(isVersion);
console.log(`LATEST=${tags.every((each) => semver.gte(tag, each))}`);
