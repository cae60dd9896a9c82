import { taskRunNames } from '../plan/child-name.ts';
import { fanOut } from '../plan/fan-out.ts';
import type { PlannedTask } from '../plan/types.ts';

/** The task once for each combination of its matrix, with the names that Tekton gives; alone when it has none. */
export function expandMatrix(task: PlannedTask, run: string): PlannedTask[] {
  if (!task.matrix) return [task];
  const combinations = fanOut(task.matrix);
  const names = taskRunNames(run, task.name, combinations.length);
  return combinations.map((combination, index) => ({
    ...task,
    label: `${task.name}-${index}`,
    taskRunName: names[index]!,
    params: [
      ...task.params.filter(({ name }) => !combination.some((param) => param.name === name)),
      ...combination.map((param) => ({ ...param, place: task.place })),
    ],
  }));
}
