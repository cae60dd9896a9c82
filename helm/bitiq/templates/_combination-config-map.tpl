{{- /*
What a cluster holds of the release as a whole: its id and every tag. It is the one object that names them, so that nothing else
changes when another service does. A service's key is its name; the other keys have an upper-case letter, so
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
    bitiq.io/release-id: {{ .release.id | quote }}
data:
  environmentName: {{ .root.Values.environment | quote }}
  releaseId: {{ .release.id | quote }}
  compositeVersion: {{ .release.composite | quote }}
  {{- range $name, $tag := .release.tags }}
  {{ $name | quote }}: {{ $tag | quote }}
  {{- end }}
{{- end -}}
