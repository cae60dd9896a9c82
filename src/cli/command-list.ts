import type { CommandSpec } from './command.ts';
import { appversionCommand } from './commands/appversion.ts';
import { bootstrapCommand } from './commands/bootstrap.ts';
import { boardCommand } from './commands/board.ts';
import { bisectCommand } from './commands/bisect.ts';
import { checkCommand } from './commands/check.ts';
import { demoCommand } from './commands/demo.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downCommand } from './commands/down.ts';
import { generateCommand } from './commands/generate.ts';
import { explainCommand } from './commands/explain.ts';
import { freezeCommand } from './commands/freeze.ts';
import { healthyCommand } from './commands/healthy.ts';
import { holdCommand } from './commands/hold.ts';
import { imageBuildCommand } from './commands/image/build.ts';
import { logCommand } from './commands/log.ts';
import { pipelineCheckCommand } from './commands/pipeline/check.ts';
import { pipelineRunCommand } from './commands/pipeline/run.ts';
import { policyCommand } from './commands/policy.ts';
import { promoteCommand } from './commands/promote.ts';
import { renderCommand } from './commands/render.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { serviceAddCommand } from './commands/service/add.ts';
import { serviceRemoveCommand } from './commands/service/remove.ts';
import { setCommand } from './commands/set.ts';
import { showCommand } from './commands/show.ts';
import { statusCommand } from './commands/status.ts';
import { tagCommand } from './commands/tag.ts';
import { triggerEvalCommand } from './commands/trigger/eval.ts';
import { thawCommand } from './commands/thaw.ts';
import { unholdCommand } from './commands/unhold.ts';
import { updateCommand } from './commands/update.ts';
import { upCommand } from './commands/up.ts';
import { verifyCommand } from './commands/verify.ts';
import { webhookCreateCommand } from './commands/webhook/create.ts';
import { webhookDeleteCommand } from './commands/webhook/delete.ts';
import { webhookListCommand } from './commands/webhook/list.ts';

/** Every command, in the order of the help. */
export const commands: readonly CommandSpec[] = [
  statusCommand,
  logCommand,
  showCommand,
  diffCommand,
  explainCommand,
  bisectCommand,
  renderCommand,
  checkCommand,
  verifyCommand,
  policyCommand,
  doctorCommand,
  setCommand,
  promoteCommand,
  rollbackCommand,
  holdCommand,
  unholdCommand,
  freezeCommand,
  thawCommand,
  healthyCommand,
  updateCommand,
  serviceAddCommand,
  serviceRemoveCommand,
  appversionCommand,
  generateCommand,
  upCommand,
  downCommand,
  demoCommand,
  boardCommand,
  pipelineRunCommand,
  pipelineCheckCommand,
  triggerEvalCommand,
  webhookCreateCommand,
  webhookListCommand,
  webhookDeleteCommand,
  bootstrapCommand,
  tagCommand,
  imageBuildCommand,
];
