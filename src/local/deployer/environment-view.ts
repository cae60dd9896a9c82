import type { EnvironmentView, ServiceView } from '../../model/loop-view.ts';
import type { Target } from './last-run.ts';
import type { UnsupportedWorkload, Workload } from './rendering.ts';
import type { ServiceRunner } from './service-runner.ts';

/** What is known of a service beside what runs. */
export type ServiceNote = { readonly kind: 'starting' | 'waiting' | 'failed'; readonly message: string };

export interface RunningEnvironment {
  readonly environment: string;
  /** What Git wants: the newest state. */
  readonly target: Target;
  readonly reached: Target | undefined;
  readonly state: EnvironmentView['state'];
  readonly message: string | undefined;
  readonly wanted: ReadonlyMap<string, Workload>;
  /** What Git wants, too, and only a cluster runs. */
  readonly unsupported: readonly UnsupportedWorkload[];
  readonly runners: ReadonlyMap<string, ServiceRunner>;
  readonly notes: ReadonlyMap<string, ServiceNote>;
  readonly stopped: boolean;
}

/** What the board shows of an environment, services in the order of their names. */
export function viewEnvironment(state: RunningEnvironment): EnvironmentView {
  const running = [...state.runners].flatMap(([service, runner]) =>
    runner.plan === undefined ? [] : [service],
  );
  const unsupported = new Map(state.unsupported.map((each) => [each.service, each]));
  const names = [...new Set([...state.wanted.keys(), ...unsupported.keys(), ...running])].sort();
  return {
    environment: state.environment,
    release: state.target.release,
    revision: state.target.revision,
    manifestDigest: state.reached?.manifestDigest,
    releaseId: state.target.releaseId,
    state: state.state,
    message: state.message,
    services: names.map((service) => {
      const { tag, reason } = unsupported.get(service) ?? {};
      if (reason === undefined || running.includes(service)) return viewService(service, state);
      return { service, wanted: tag ?? '', health: 'stopped', message: reason };
    }),
  };
}

function viewService(service: string, state: RunningEnvironment): ServiceView {
  const runner = state.runners.get(service);
  const wanted = state.wanted.get(service);
  const note = state.notes.get(service);
  const plan = runner?.plan;
  const running = plan !== undefined && runner?.trouble === undefined ? plan.workload.tag : undefined;
  return {
    service,
    wanted: wanted?.tag ?? '',
    running,
    ...healthOf(),
    url: (wanted ?? plan?.workload)?.port === undefined ? undefined : runner?.url,
    since: runner?.since,
  };

  function healthOf(): Pick<ServiceView, 'health' | 'message'> {
    if (state.stopped || wanted?.replicas === 0) return { health: 'stopped', message: undefined };
    if (runner?.trouble !== undefined) return { health: 'degraded', message: runner.trouble };
    if (note?.kind === 'starting') return { health: 'starting', message: note.message };
    if (note !== undefined) {
      const nothingRuns = plan === undefined && note.kind === 'waiting';
      return { health: nothingRuns ? 'waiting' : 'degraded', message: note.message };
    }
    if (wanted === undefined)
      return {
        health: 'degraded',
        message: 'Git has it no longer; it ends with the next state that is reached.',
      };
    if (plan === undefined) return { health: 'waiting', message: 'It has not been started yet.' };
    if (plan.workload.templateDigest !== wanted.templateDigest) {
      if (state.state === 'syncing')
        return { health: 'starting', message: `${wanted.tag} is about to start.` };
      return {
        health: 'degraded',
        message: 'It stays on what ran before, because the whole new state was not reached.',
      };
    }
    return { health: 'healthy', message: undefined };
  }
}
