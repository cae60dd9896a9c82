import type { CommandSpec } from './command.ts';
import { appversion } from './commands/appversion.ts';
import { bootstrap } from './commands/bootstrap.ts';
import { board } from './commands/board.ts';
import { bisect } from './commands/bisect.ts';
import { check } from './commands/check.ts';
import { demo } from './commands/demo.ts';
import { diff } from './commands/diff.ts';
import { doctor } from './commands/doctor.ts';
import { down } from './commands/down.ts';
import { generate } from './commands/generate.ts';
import { explain } from './commands/explain.ts';
import { freeze } from './commands/freeze.ts';
import { healthy } from './commands/healthy.ts';
import { hold } from './commands/hold.ts';
import { imageBuild } from './commands/image/build.ts';
import { log } from './commands/log.ts';
import { pipelineCheck } from './commands/pipeline/check.ts';
import { pipelineRun } from './commands/pipeline/run.ts';
import { policy } from './commands/policy.ts';
import { promote } from './commands/promote.ts';
import { render } from './commands/render.ts';
import { rollback } from './commands/rollback.ts';
import { serviceAdd } from './commands/service/add.ts';
import { serviceRemove } from './commands/service/remove.ts';
import { set } from './commands/set.ts';
import { show } from './commands/show.ts';
import { status } from './commands/status.ts';
import { tag } from './commands/tag.ts';
import { triggerEval } from './commands/trigger/eval.ts';
import { thaw } from './commands/thaw.ts';
import { unhold } from './commands/unhold.ts';
import { update } from './commands/update.ts';
import { up } from './commands/up.ts';
import { verify } from './commands/verify.ts';
import { webhookCreate } from './commands/webhook/create.ts';
import { webhookDelete } from './commands/webhook/delete.ts';
import { webhookList } from './commands/webhook/list.ts';

/** Every command, in the order of the help. */
export const commands: readonly CommandSpec[] = [
  status,
  log,
  show,
  diff,
  explain,
  bisect,
  render,
  check,
  verify,
  policy,
  doctor,
  set,
  promote,
  rollback,
  hold,
  unhold,
  freeze,
  thaw,
  healthy,
  update,
  serviceAdd,
  serviceRemove,
  appversion,
  generate,
  up,
  down,
  demo,
  board,
  pipelineRun,
  pipelineCheck,
  triggerEval,
  webhookCreate,
  webhookList,
  webhookDelete,
  bootstrap,
  tag,
  imageBuild,
];
