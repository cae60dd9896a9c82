{{- /*
The release as a whole: its id and every tag. No other object contains them, so that nothing else
changes when another service does. A service's key is its name. The other keys contain an upper-case letter, so
no service can have the same name.
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
    app.kubernetes.io/version: {{ .combination.id | quote }}
    {{- .combination.labels | nindent 4 }}
    bitiq.io/release-id: {{ .combination.id | quote }}
data:
  environmentName: {{ .root.Values.environment | quote }}
  releaseId: {{ .combination.id | quote }}
  compositeVersion: {{ .combination.composite | quote }}
  {{- range $name, $tag := .combination.tags }}
  {{ $name | quote }}: {{ $tag | quote }}
  {{- end }}
{{- end -}}
