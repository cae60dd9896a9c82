{{- /* One secret of the store for one service. The container's envFrom refers to its Secret. */ -}}
{{- define "bitiq.externalSecret" }}
{{- $name := printf "%s-%s" .context.service.name .secret.name }}
{{- $store := .secret.store | default .context.root.Values.secretStore | default dict }}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
{{ include "bitiq.metadata" (dict "context" .context "name" $name "annotations" (dict "argocd.argoproj.io/sync-wave" "-1")) }}
spec:
  refreshInterval: {{ .secret.refreshInterval | default "1h" }}
  secretStoreRef:
    kind: {{ $store.kind | default "ClusterSecretStore" }}
    name: {{ $store.name | default "vault" | quote }}
  target:
    name: {{ $name | quote }}
    creationPolicy: Owner
    deletionPolicy: Retain
    {{- with .secret.template }}
    template:
      {{- merge (deepCopy .) (dict "engineVersion" "v2" "mergePolicy" "Replace") | toYaml | nindent 6 }}
    {{- end }}
  {{- if .secret.keys }}
  data:
    {{- range $variable, $key := .secret.keys }}
    - secretKey: {{ $variable | quote }}
      remoteRef:
        key: {{ $.secret.path | quote }}
        property: {{ $key | quote }}
        {{- include "bitiq.remoteRefDefaults" . | nindent 8 }}
    {{- end }}
  {{- else }}
  dataFrom:
    - extract:
        key: {{ .secret.path | quote }}
        {{- include "bitiq.remoteRefDefaults" . | nindent 8 }}
  {{- end }}
{{- end -}}

{{- /*
The defaults that an API server adds to each reference. Argo CD applies on the server's side, compares lists of custom resources as wholes, and
would report an object without these as OutOfSync for ever; test/delivery/argo-cd-drift.test.ts checks every kind.
*/ -}}
{{- define "bitiq.remoteRefDefaults" -}}
conversionStrategy: Default
decodingStrategy: None
metadataPolicy: None
{{- end -}}
