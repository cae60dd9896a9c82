import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  statSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { wayToHide } from '../../src/tekton/run/hidden-places.ts';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bitiq-hidden-'));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a script as the step of a TaskRun, by a person with logins in their home; gives the lines of its log. */
function stepOf(
  home: string,
  script: string,
  as: readonly string[],
  more: NodeJS.ProcessEnv = {},
  state = 'state',
) {
  const file = join(home, 'run.yaml');
  const steps = [{ name: 's', image: 'node', script }];
  const taskRun = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'r' },
    spec: { taskSpec: { steps } },
  };
  writeFileSync(file, JSON.stringify(taskRun));
  for (const path of [
    home,
    join(home, '.ssh'),
    join(home, '.m2'),
    join(home, '.npmrc'),
    join(home, 'keys'),
    join(home, '.aws'),
  ])
    if (as.length > 0) spawnSync('chown', ['-R', '65534:65534', path]);
  const command = [...as, process.execPath, main, 'pipeline', 'run', file, '--state', join(home, state)];
  const [program = '', ...args] = command;
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: home,
    XDG_CACHE_HOME: join(home, '.cache'),
    ...more,
  };
  delete env['npm_config_userconfig'];
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', cwd: home, env });
  return `${stdout}${stderr}`;
}

function newHome(): string {
  const home = mkdtempSync(join(folder, 'home-'));
  for (const name of ['.ssh', '.m2', 'keys', 'state']) mkdirSync(join(home, name));
  mkdirSync(join(home, 'state', 'secrets'));
  symlinkSync('keys', join(home, '.aws'));
  writeFileSync(join(home, '.ssh', 'id_ed25519'), 'sentinel-key');
  writeFileSync(join(home, 'keys', 'credentials'), 'sentinel-aws');
  writeFileSync(join(home, 'state', 'secrets', 'git-token'), 'sentinel-token');
  writeFileSync(
    join(home, '.npmrc'),
    'registry=http://127.0.0.1:9/\n//127.0.0.1:9/:_authToken=sentinel-npm\n',
  );
  writeFileSync(
    join(home, '.m2', 'settings.xml'),
    '<settings><password>sentinel-maven</password></settings>',
  );
  writeFileSync(join(home, 'notes'), 'plain');
  return home;
}

const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const canBeUser =
  process.getuid?.() === 0 &&
  spawnSync(user[0]!, [
    ...user.slice(1),
    'unshare',
    '--user',
    '--map-current-user',
    '--keep-caps',
    '--mount',
    'mount',
    '-t',
    'tmpfs',
    'tmpfs',
    '/mnt',
  ]).status === 0;

describe.skipIf((await wayToHide()) === undefined)(
  'a step (skipped: no private mounts are allowed here)',
  () => {
    it.each([
      ['of this user', [] as string[]],
      ...(canBeUser ? [['of an ordinary user', user] as [string, string[]]] : []),
    ])('%s sees no login in the home of who runs it', (_who, as) => {
      const home = newHome();
      const script = `#!/bin/sh
cat ${home}/.ssh/* ${home}/.aws/* ${home}/keys/* ${home}/.npmrc ${home}/state/secrets/* 2>/dev/null
cat ${home}/notes; echo; id -u; cat ${home}/.m2/settings.xml; echo; ls /mnt/settings; cat "$npm_config_userconfig"
${as.length > 0 ? `umount ${home}/.ssh; unshare -Ur -m umount ${home}/.ssh; cat /proc/$PPID/root${home}/.ssh/id_ed25519` : ':'}
cat ${home}/.ssh/id_ed25519; echo end`;
      const output = stepOf(home, script, as);
      expect(output).toContain('registry=http://127.0.0.1:9/');
      expect(output).toContain('plain');
      // Maven takes no empty file.
      expect(output).toContain('<settings/>');
      expect(output).toContain('/mnt/settings');
      expect(output).toMatch(/No such file/);
      expect(output).toMatch(new RegExp(`^.*\\b${as.length > 0 ? 65534 : process.getuid?.()}$`, 'm'));
      expect(output).toContain('end');
      expect(output).not.toContain('sentinel');
      expect(readFileSync(join(home, '.ssh/id_ed25519'), 'utf8')).toBe('sentinel-key');
    });

    it('finds nothing of the checkout that the state is in, in a folder that only its user can enter', () => {
      const home = newHome();
      mkdirSync(join(home, 'node_modules', 'ghost'), { recursive: true });
      writeFileSync(join(home, 'node_modules', 'ghost', 'index.js'), 'console.log("found")');
      writeFileSync(join(home, 'file.js'), '');
      const output = stepOf(
        home,
        '#!/bin/sh\nnode -e \'try { require("ghost") } catch { console.log("missing") }\'',
        [],
        {},
        '.bitiq',
      );
      expect(output).toContain('missing');
      expect(statSync(join(home, '.bitiq')).mode & 0o777).toBe(0o700);
    });

    it('keeps what the run itself needs, and starts programs and fails as without it', () => {
      const home = newHome();
      writeFileSync(join(home, '.ssh', 'ca.pem'), 'certificate');
      const more = { NODE_EXTRA_CA_CERTS: join(home, '.ssh', 'ca.pem') };
      expect(stepOf(home, '#!/bin/sh\ncat "$NODE_EXTRA_CA_CERTS"; exit 7', [], more)).toMatch(
        /certificate[^]*exit code 7|certificate[^]*7/,
      );
      expect(stepOf(home, '#!/no/such/program\n', [])).toContain('/no/such/program is not on the PATH');
    });
  },
);
