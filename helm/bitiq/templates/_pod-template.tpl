{{- /* The Pod template of a service: metadata and spec. */ -}}
{{- define "bitiq.podTemplate" -}}
metadata:
  labels:
    {{- include "bitiq.podLabels" . | nindent 4 }}
  {{- if or .service.podAnnotations .service.files }}
  annotations:
    {{- with .service.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with .service.files }}
    {{- /* A changed file restarts this service: its Pods read files at their start. */}}
    bitiq.io/files: {{ toJson . | sha256sum | trunc 16 | quote }}
    {{- end }}
  {{- end }}
spec:
  {{- include "bitiq.podSpec" . | nindent 2 }}
{{- end -}}
