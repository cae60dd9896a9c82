{{- define "bitiq.deployment" }}
{{- $service := .service }}
---
apiVersion: apps/v1
kind: Deployment
{{ include "bitiq.metadata" (dict "context" . "name" $service.name "version" $service.image.tag "annotations" $service.annotations "autoscaled" ($service.autoscaling).enabled) }}
spec:
  {{- include "bitiq.replicas" . }}
  {{- range $key := list "minReadySeconds" "progressDeadlineSeconds" "revisionHistoryLimit" }}
  {{- if hasKey $service $key }}
  {{ $key }}: {{ get $service $key | int64 }}
  {{- end }}
  {{- end }}
  {{- with $service.strategy }}
  strategy:
    type: {{ .type | default "RollingUpdate" }}
    {{- if and .rollingUpdate (ne .type "Recreate") }}
    rollingUpdate:
      {{- toYaml .rollingUpdate | nindent 6 }}
    {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- .selector | nindent 6 }}
  template:
    {{- include "bitiq.podTemplate" . | nindent 4 }}
{{- end -}}

{{- /* The number of Pods, unless an autoscaler decides it. */ -}}
{{- define "bitiq.replicas" -}}
{{- if and (hasKey .service "replicas") (not (.service.autoscaling).enabled) }}
  replicas: {{ int64 .service.replicas }}
{{- end }}
{{- end -}}
