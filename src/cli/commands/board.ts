import { defineCommand } from '../command.ts';
import { repositoryOption } from '../common-options.ts';
import { readMilliseconds, readPort } from '../number-options.ts';
import { openNamed } from '../open.ts';

export const boardCommand = defineCommand({
  name: 'board',
  group: 'Runs',
  summary: 'serve a page that shows every environment and stays up to date',
  description:
    'Serves the board on 127.0.0.1 for a repository whose environments run elsewhere, such as on a cluster. The board shows the versions of every environment, which of them were seen healthy there, holds, freezes, proposed releases and the newest moves. It only reads. `./bitiq up` has its own board, which also shows runs and processes. Ctrl-C ends it.',
  options: [
    repositoryOption,
    { flags: '--port <port>', summary: 'the port on 127.0.0.1, 0 for a free one (default: 8485)' },
    { flags: '--interval <ms>', summary: 'the time between two looks at the remote (default: 10000)' },
  ],
  examples: [
    { command: 'bitiq board', summary: 'then open http://127.0.0.1:8485' },
    {
      command: 'bitiq board --repo https://github.com/acme/deploy --port 0',
      summary: 'a repository that is not cloned here',
    },
  ],
  run: async (context) => {
    const { serveGitBoard } = await import('../../local/git-board.ts');
    const [port, interval] = [
      readPort(context.options.port ?? '8485'),
      readMilliseconds('--interval', context.options.interval, 10_000),
    ];
    const repository = await openNamed(context);
    await serveGitBoard(repository, {
      port,
      interval,
      clock: context.now,
      signal: context.signal,
      onStarted: (url) => context.out(`${url} shows what ${repository.label} says; Ctrl-C ends it.`),
      onProblem: (message) => context.note(`Not up to date: ${message}`),
    });
    return 0;
  },
});
