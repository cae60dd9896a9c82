{{- /*
What a running cluster reads to know what it runs. A service's key is its name; the other keys have an upper-case letter, so
that no service can be named like them.
*/ -}}
{{- define "bitiq.combinationConfigMap" -}}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ printf "%s-combination" .root.Release.Name | quote }}
  labels:
    app.kubernetes.io/name: {{ .root.Chart.Name | quote }}
    app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
    app.kubernetes.io/version: {{ .release.id | quote }}
    {{- .release.labels | nindent 4 }}
  {{- if le (len .release.composite) 1024 }}
  annotations:
    bitiq.io/composite-version: {{ .release.composite | quote }}
  {{- end }}
data:
  environmentName: {{ .root.Values.environment | quote }}
  releaseId: {{ .release.id | quote }}
  compositeVersion: {{ .release.composite | quote }}
  {{- range $name, $tag := .release.tags }}
  {{ $name | quote }}: {{ $tag | quote }}
  {{- end }}
{{- end -}}
