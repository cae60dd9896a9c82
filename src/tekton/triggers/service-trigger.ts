import { fullNameOf } from '../../model/repository-address.ts';
import { printScalar } from '../../yaml/print-scalar.ts';

/** The Trigger of one service: it fires for pushes to the service's own repository. Generated into `pipelines/triggers/services/`. */
export function printServiceTrigger({
  name,
  repository,
  image,
}: {
  readonly name: string;
  /** The address of the repository; its path is the `full_name` that a webhook says. */
  readonly repository: string;
  readonly image: string;
}): string {
  const fullName = fullNameOf(repository);
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
  template:
    ref: build-service
`;
}
