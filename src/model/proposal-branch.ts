import { createHash } from 'node:crypto';
import type { Plan } from './plan.ts';

/** The branch on which new releases of an environment are proposed. */
export function proposalBranch(environment: string): string {
  return `bitiq/${environment}`;
}

/**
 * The branch that proposes any other action, such as `bitiq/prod.rollback` or `bitiq/dev.hold/toy-web`: what names other services is
 * another proposal. No name of an environment has a dot.
 */
export function actionBranch({ environment, action, changes, commits }: Plan): string {
  const told = commits.flatMap(({ trailers }) => trailers);
  const moved = action === 'set' ? changes.map(({ service }) => service) : [];
  const held = told.flatMap(([key, value]) => (/^Bitiq-(?:Held|Unheld)$/.test(key) ? value.split(', ') : []));
  const services = (action === 'hold' || action === 'unhold' ? held : moved).toSorted().join('+');
  const branch = `${proposalBranch(environment)}.${action}`;
  if (services === '') return branch;
  // Git keeps a branch as a file, whose name has a limit.
  const short =
    services.length <= 100 ? services : createHash('sha256').update(services).digest('hex').slice(0, 12);
  return `${branch}/${short}`;
}

/** The branch that proposes a rollback. */
export function rollbackBranch(environment: string): string {
  return `${proposalBranch(environment)}.rollback`;
}
