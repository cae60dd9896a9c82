// Pulls an image into a layout and, where a second reference is given, pushes it there; prints what was the most memory that it held.
import { parseImageReference } from '../../dist/model/image-reference.js';
import { connect } from '../../dist/registry/client.js';
import { tagManifest } from '../../dist/registry/layout.js';
import { pullImage } from '../../dist/registry/pull.js';
import { pushImage } from '../../dist/registry/push.js';

const [reference, layout, to] = process.argv.slice(2);
const manifest = await pullImage(connect(parseImageReference(reference)), layout, {
  os: 'linux',
  architecture: 'amd64',
});
if (to !== undefined) {
  await tagManifest(layout, 'v1', manifest);
  await pushImage(connect(parseImageReference(to)), layout, 'v1');
}
process.stdout.write(`${process.resourceUsage().maxRSS}\n`);
