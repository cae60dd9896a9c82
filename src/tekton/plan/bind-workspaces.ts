import type { TektonFinding } from '../finding.ts';
import { closest } from '../../model/did-you-mean.ts';
import { replaceSource } from '../substitution/replace-source.ts';
import type { PipelineRun, TaskRunRequest, WorkspaceBinding, WorkspaceDeclaration } from '../types.ts';

/** The bindings of the declared workspaces, and what `workspaces.<w>.bound` is for each. */
export function bindWorkspaces(
  declared: readonly WorkspaceDeclaration[],
  run: Pick<PipelineRun | TaskRunRequest, 'workspaces' | 'place'>,
  replace: (text: string) => string,
): { bindings: WorkspaceBinding[]; bound: [string, string][]; findings: TektonFinding[] } {
  const findings: TektonFinding[] = [];
  const names = declared.map((workspace) => workspace.name);
  for (const workspace of declared) {
    if (workspace.optional || run.workspaces.some((binding) => binding.name === workspace.name)) continue;
    findings.push({
      code: 'tekton-invalid',
      severity: 'error',
      reason: 'InvalidWorkspaceBindings',
      message: `The workspace "${workspace.name}" is needed, and the run does not bind it.`,
      fix: `Bind "${workspace.name}" under workspaces of the run.`,
      place: run.place,
    });
  }
  for (const binding of run.workspaces) {
    if (names.length === 0 || names.includes(binding.name)) continue;
    const meant = closest(binding.name, names);
    findings.push({
      code: 'tekton-invalid',
      severity: 'warning',
      message: `The run binds the workspace "${binding.name}", which nothing declares.`,
      fix: meant ? `Did you mean "${meant}"?` : 'Remove the binding.',
      place: binding.place,
    });
  }
  const bindings = run.workspaces.map((binding) => ({
    ...binding,
    subPath: binding.subPath && replace(binding.subPath),
    source: replaceSource(binding.source, replace),
  }));
  const isBound = (name: string) => String(bindings.some((binding) => binding.name === name));
  return { bindings, bound: names.map((name) => [`workspaces.${name}.bound`, isBound(name)]), findings };
}
