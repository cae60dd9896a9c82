{{- /* One secret of the store for one service; its Secret is what the container's envFrom names. */ -}}
{{- define "bitiq.externalSecret" }}
{{- $name := printf "%s-%s" .context.service.name .secret.name }}
{{- $store := .context.root.Values.secretStore | default dict }}
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
  {{- if .secret.keys }}
  data:
    {{- range $variable, $key := .secret.keys }}
    - secretKey: {{ $variable | quote }}
      remoteRef:
        key: {{ $.secret.path | quote }}
        property: {{ $key | quote }}
    {{- end }}
  {{- else }}
  dataFrom:
    - extract:
        key: {{ .secret.path | quote }}
  {{- end }}
{{- end -}}
