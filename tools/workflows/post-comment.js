// Writes one comment on a pull request, and changes it in place from then on: `COMMENT=… GITHUB_TOKEN=… node
// tools/workflows/post-comment.js --repository https://github.com/acme/gitops --number 7 --marker promotion-gate`.
import { parseArgs } from 'node:util';
import { connectGitHub } from '../../dist/github/client.js';
import { upsertComment } from '../../dist/github/upsert-comment.js';

const { values } = parseArgs({
  options: { repository: { type: 'string' }, number: { type: 'string' }, marker: { type: 'string' } },
});
const { COMMENT: body = '' } = process.env;
const issue = Number(values.number);
if (!values.repository || !values.marker || !Number.isInteger(issue) || issue < 1 || body === '') {
  console.error(
    '--repository, --number and --marker are needed, and a text in COMMENT. Nothing was changed.',
  );
  process.exit(2);
}
try {
  const github = await connectGitHub(values.repository, { env: process.env, progress: console.error });
  const { state, url } = await upsertComment(github, { issue, marker: values.marker, body });
  console.log(`The comment was ${state === 'unchanged' ? 'true already' : state}: ${url}`);
} catch (error) {
  console.error(`${error.message}\nfix: ${error.fix ?? 'Run it again.'}`);
  process.exit(3);
}
