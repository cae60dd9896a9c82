import { fullNameOf } from '../../model/repository-address.ts';
import { printScalar } from '../../yaml/print-scalar.ts';

/** The Trigger of one service: it fires for pushes to the service's own repository. Generated into `pipelines/triggers/services/`. */
export function printServiceTrigger({
  name,
  repository,
  image,
  pushAccount,
}: {
  readonly name: string;
  /** The address of the repository; its path is the `full_name` that a webhook says. */
  readonly repository: string;
  readonly image: string;
  /** The ServiceAccount that pushes it, where it is not the one of all. */
  readonly pushAccount?: string | undefined;
}): string {
  const fullName = fullNameOf(repository);
  const account =
    pushAccount === undefined ? '' : `    - name: push-account\n      value: ${printScalar(pushAccount)}\n`;
  return `# Generated from bitiq.yaml by \`bitiq generate\`.
apiVersion: triggers.tekton.dev/v1beta1
kind: Trigger
metadata:
  name: ${printScalar(name)}
  labels:
    bitiq.io/trigger: build-service
spec:
  interceptors:
    - name: repository
      ref:
        kind: ClusterInterceptor
        name: cel
      params:
        - name: filter
          value: body.repository.full_name == '${fullName}'
  bindings:
    - ref: github-push
    - name: service
      value: ${printScalar(name)}
    - name: image
      value: ${image}
${account}  template:
    ref: build-service
`;
}
