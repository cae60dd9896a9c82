// The files that are compared, in the order of the page.

/** Of Tekton's examples/v1: what needs no registry, no network and no volume of a storage class. */
export const examples = [
  'pipelineruns/4808-regression.yaml',
  'pipelineruns/6139-regression.yaml',
  'pipelineruns/beta/7392-regression.yaml',
  'pipelineruns/beta/ignore-task-error.yaml',
  'pipelineruns/beta/pipeline-emitting-results.yaml',
  'pipelineruns/beta/pipeline-with-when-expressions-using-array-results.yaml',
  'pipelineruns/beta/pipelinerun-with-matrix-and-results.yaml',
  'pipelineruns/beta/pipelinerun-with-matrix-context-variables.yaml',
  'pipelineruns/beta/pipelinerun-with-matrix-include.yaml',
  'pipelineruns/beta/pipelinerun-with-matrix.yaml',
  'pipelineruns/beta/using-retries-and-retry-count-variables.yaml',
  'pipelineruns/pipeline-object-results.yaml',
  'pipelineruns/pipeline-with-displayname.yaml',
  'pipelineruns/pipelinerun-array-results-substitution.yaml',
  'pipelineruns/pipelinerun-results.yaml',
  'pipelineruns/pipelinerun-task-execution-status.yaml',
  'pipelineruns/pipelinerun-with-params.yaml',
  'pipelineruns/pipelinerun-with-pipelinespec-and-taskspec.yaml',
  'pipelineruns/propagating_params_with_scope_precedence.yaml',
  'pipelineruns/propagating_results_implicit_resultref.yaml',
  'pipelineruns/task_results_example.yaml',
  'pipelineruns/using_context_variables.yaml',
  'taskruns/beta/emit-array-results.yaml',
  'taskruns/configmap.yaml',
  'taskruns/ignore-step-error.yaml',
  'taskruns/object-param-result.yaml',
  'taskruns/secret-env.yaml',
  'taskruns/sidecar-ready.yaml',
  'taskruns/stepaction-passing-results.yaml',
  'taskruns/stepaction-results.yaml',
  'taskruns/steptemplate-env-merge.yaml',
  'taskruns/unnamed-steps.yaml',
  'taskruns/using_context_variables.yaml',
];

/** Of this folder: runs that fail, as reasons and messages matter most then. */
export const ownFiles = [
  'empty-matrix.yaml',
  'errors-ignored.yaml',
  'finally-fails.yaml',
  'finally-times-out.yaml',
  'incomplete-object.yaml',
  'missing-result.yaml',
  'retries-used-up.yaml',
  'run-times-out.yaml',
  'sidecar-fails.yaml',
  'skipped-then-failed.yaml',
  'step-fails.yaml',
  'step-times-out.yaml',
  'task-fails.yaml',
  'task-run-times-out.yaml',
  'task-times-out.yaml',
  'tasks-time-out.yaml',
  'when-skips.yaml',
  'wrong-result.yaml',
  'wrong-step-result.yaml',
];

/** Why a file differs and stays so. */
export const notes = {
  'sidecar-fails.yaml':
    'Tekton asks whether a sidecar has failed when the Pod has; a newer kubelet tells the end of the containers before that of the Pod, so that the TaskRun is over and well. The toolkit keeps to what Tekton means and its conformance suite expects.',
};
