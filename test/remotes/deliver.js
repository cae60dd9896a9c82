// A loop that only watches and delivers, for the test that kills it: deliver.js <root> <directory> <url>
import { startDeliveries } from '../../dist/local/webhooks/start-deliveries.js';
import { watchRemotes } from '../../dist/local/remotes/watch-remotes.js';

const [root, directory, url] = process.argv.slice(2);
const address = 'http://127.0.0.1:8484/git/toy-service';
const deliveries = startDeliveries({
  directory,
  url,
  secret: 'the-secret-of-a-test',
  clock: () => new Date(),
  repositories: [
    {
      gitDir: `${root}/toy-service.git`,
      name: 'toy-service',
      fullName: 'bitiq-io/toy-service',
      cloneUrl: `${address}.git`,
      htmlUrl: address,
    },
  ],
});
await watchRemotes({
  root,
  repositories: ['toy-service'],
  onPush: ({ repository, head }) => deliveries.notice(repository, head),
});
