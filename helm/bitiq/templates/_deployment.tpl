{{- define "bitiq.deployment" }}
{{- $service := .service }}
---
apiVersion: apps/v1
kind: Deployment
{{ include "bitiq.metadata" (dict "context" . "name" $service.name "version" $service.image.tag "annotations" $service.annotations "autoscaled" ($service.autoscaling).enabled) }}
spec:
  {{- if and (hasKey $service "replicas") (not ($service.autoscaling).enabled) }}
  replicas: {{ int64 $service.replicas }}
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
    metadata:
      labels:
        {{- include "bitiq.podLabels" . | nindent 8 }}
      {{- with $service.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "bitiq.podSpec" . | nindent 6 }}
{{- end -}}
