{{- define "bitiq.daemonSet" }}
{{- $service := .service }}
---
apiVersion: apps/v1
kind: DaemonSet
{{ include "bitiq.metadata" (dict "context" . "name" $service.name "version" $service.image.tag "annotations" $service.annotations) }}
spec:
  {{- range $key := list "minReadySeconds" "revisionHistoryLimit" }}
  {{- if hasKey $service $key }}
  {{ $key }}: {{ get $service $key | int64 }}
  {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- .selector | nindent 6 }}
  template:
    {{- include "bitiq.podTemplate" . | nindent 4 }}
{{- end -}}
