/** The Trigger of one service: it fires for pushes to the service's own repository. Generated into `pipelines/triggers/services/`. */
export function printServiceTrigger({
  name,
  image,
}: {
  readonly name: string;
  readonly image: string;
}): string {
  return `# Generated from bitiq.yaml by \`bitiq generate\`.
apiVersion: triggers.tekton.dev/v1beta1
kind: Trigger
metadata:
  name: ${name}
  labels:
    bitiq.io/trigger: build-service
spec:
  interceptors:
    - name: repository
      ref:
        name: cel
      params:
        - name: filter
          value: body.repository.name == '${name}'
  bindings:
    - ref: github-push
    - name: service
      value: ${name}
    - name: image
      value: ${image}
  template:
    ref: build-service
`;
}
