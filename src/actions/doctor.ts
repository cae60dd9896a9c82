import { messageOf } from '../model/errors.ts';
import { findPrograms } from '../process/find-program.ts';
import { run } from '../process/run.ts';
import { executorFor } from '../tekton/index.ts';

/** What is known of one thing that bitiq needs or can use. */
export interface Diagnosis {
  readonly name: string;
  /** `missing` stops something that bitiq must do; `absent` only closes a door that is optional. */
  readonly state: 'ok' | 'missing' | 'absent';
  readonly found: string;
  /** What it is for, and how to get it. */
  readonly advice: string;
}

interface Tool {
  readonly name: string;
  readonly args: readonly string[];
  readonly needed: boolean;
  readonly advice: string;
}

const tools: readonly Tool[] = [
  { name: 'git', args: ['--version'], needed: true, advice: 'the only store: install Git 2.31 or newer' },
  {
    name: 'npm',
    args: ['--version'],
    needed: true,
    advice: 'builds the services of the loop: comes with Node.js',
  },
  {
    name: 'go',
    args: ['version'],
    needed: false,
    advice: 'builds the pinned Helm where it can neither be found nor fetched',
  },
  { name: 'docker', args: ['--version'], needed: false, advice: 'runs what bitiq builds in containers' },
  { name: 'podman', args: ['--version'], needed: false, advice: 'runs what bitiq builds in containers' },
  { name: 'kubectl', args: ['version', '--client'], needed: false, advice: 'talks to a cluster' },
  { name: 'kyverno', args: ['version'], needed: false, advice: 'judges the same policies at admission' },
];

/** Looks at everything that bitiq needs or can use on this machine, and fetches and builds nothing. Never throws. */
export async function diagnose(options: {
  readonly env: NodeJS.ProcessEnv;
  readonly nodeVersion: string;
  /** Undefined where it is not there yet. */
  readonly lookForHelm: () => Promise<{ readonly path: string; readonly version: string } | undefined>;
}): Promise<Diagnosis[]> {
  const [others, helm] = await Promise.all([
    Promise.all(tools.map((tool) => diagnoseTool(tool, options.env))),
    options.lookForHelm().catch((error: unknown) => messageOf(error)),
  ]);
  const hasGo = others.some(({ name, state }) => name === 'go' && state === 'ok');
  return [
    diagnoseNode(options.nodeVersion),
    ...others.slice(0, 1),
    diagnoseHelm(helm, hasGo),
    ...others.slice(1),
    diagnoseHiding((await (await executorFor('process')).hidesLogins?.()) === true),
  ];
}

function diagnoseHiding(isPossible: boolean): Diagnosis {
  return {
    name: 'private mounts',
    state: isPossible ? 'ok' : 'absent',
    found: isPossible ? 'allowed' : 'not allowed, or unshare and setpriv of util-linux 2.36 are not there',
    advice: 'hide the places with logins in your home from the steps of builds, on Linux',
  };
}

function diagnoseHelm(
  helm: { readonly path: string; readonly version: string } | string | undefined,
  hasGo: boolean,
): Diagnosis {
  const name = 'helm';
  if (typeof helm === 'string')
    return { name, state: 'missing', found: helm, advice: 'install Helm 3.14 or newer' };
  if (helm !== undefined)
    return { name, state: 'ok', found: `${helm.version} (${helm.path})`, advice: 'renders the chart' };
  return {
    name,
    state: 'absent',
    found: 'neither on PATH nor provided yet',
    advice: `renders the chart: \`bitiq up\`, or what renders first, fetches it, or builds it with Go, which is ${hasGo ? 'here' : 'not here'}`,
  };
}

function diagnoseNode(version: string): Diagnosis {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { name: 'node', state: ok ? 'ok' : 'missing', found: version, advice: 'runs bitiq: 20.19 or newer' };
}

async function diagnoseTool(tool: Tool, env: NodeJS.ProcessEnv): Promise<Diagnosis> {
  const absent = tool.needed ? 'missing' : 'absent';
  if ((await findPrograms(tool.name, env['PATH'])).length === 0)
    return { name: tool.name, state: absent, found: 'not on PATH', advice: tool.advice };
  try {
    const { stdout, stderr } = await run(tool.name, tool.args, { to: 'say its version', env });
    const text = `${stdout.toString('utf8')}\n${stderr}`.split('\n').find((line) => /\d/.test(line)) ?? '';
    return { name: tool.name, state: 'ok', found: text.trim(), advice: tool.advice };
  } catch (error) {
    return {
      name: tool.name,
      state: absent,
      found: messageOf(error).split('\n')[0] ?? '',
      advice: tool.advice,
    };
  }
}
