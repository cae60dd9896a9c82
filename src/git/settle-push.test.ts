import { describe, expect, it } from 'vitest';
import { wasNeverSent, wasRefused } from './settle-push.ts';

describe('a push without an answer', () => {
  it.each([
    [
      'git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.',
      true,
      true,
    ],
    ["fatal: Authentication failed for 'https://git.example.com/a.git/'", true, true],
    ["fatal: unable to access 'https://x/': The requested URL returned error: 403", true, true],
    ["fatal: unable to access 'https://x/': Could not resolve host: x", true, false],
    ['ssh: connect to host x port 22: Connection refused', true, false],
    // Words of a hook come after the push was sent.
    ['remote: rule 7: Permission denied (frozen)\nfatal: the remote end hung up unexpectedly', false, false],
    ['remote: Permission denied\nremote: Authentication failed', false, false],
    ['remote: ada@example.com: Permission denied (rule).\nerror: failed to push', false, false],
    ['remote: fatal: unable to access x: The requested URL returned error: 403', false, false],
    ['error: RPC failed; HTTP 403 curl 22', false, true],
  ])(
    'was never sent, or was refused, only by what Git and ssh say themselves: %j',
    (said, never, refused) => {
      expect([wasNeverSent(said), wasRefused(said)]).toEqual([never, refused]);
    },
  );
});
