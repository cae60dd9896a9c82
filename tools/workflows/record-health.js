// Records what Argo CD says is healthy: `ENVIRONMENT=dev REVISION=<sha> node tools/workflows/record-health.js`, in a checkout of the
// GitOps repository whose origin may be pushed to. What it is given comes from outside, so it is never part of a command.
import { runBitiq } from './run-bitiq.js';

const { ENVIRONMENT = '', REVISION = '' } = process.env;
if (!/^[a-z][-a-z0-9]*$/.test(ENVIRONMENT) || !/^[0-9a-f]{40,64}$/.test(REVISION)) {
  console.error('ENVIRONMENT must be an environment, and REVISION a full sha. Nothing was changed.');
  process.exit(2);
}
const { code, stdout, stderr } = await runBitiq('healthy', `--release=${REVISION}`, '--', ENVIRONMENT);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
