/** What a run was started for: enough to start it again. */
export interface RunRequest {
  readonly name: string;
  /** ISO 8601. */
  readonly created: string;
  readonly service: string;
  /** The full sha of the service's commit. */
  readonly revision: string;
  readonly subject?: string | undefined;
  /** The PipelineRun as the TriggerTemplate made it. */
  readonly resource: unknown;
  /** The commit of the GitOps repository whose pipelines/ it runs. */
  readonly pipelines: string;
}
