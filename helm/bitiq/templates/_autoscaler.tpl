{{- define "bitiq.autoscaler" }}
{{- $autoscaling := .service.autoscaling }}
{{- $isByLoad := or $autoscaling.targetCPUUtilizationPercentage $autoscaling.targetMemoryUtilizationPercentage $autoscaling.metrics }}
{{- if or (not $autoscaling.maxReplicas) (not $isByLoad) }}
{{- fail (printf "The service %s has autoscaling without maxReplicas or without a metric, such as targetCPUUtilizationPercentage." .service.name) }}
{{- end }}
{{- $fewest := $autoscaling.minReplicas | default 1 | int64 }}
{{- $most := $autoscaling.maxReplicas | int64 }}
{{- if gt $fewest $most }}
{{- fail (printf "The service %s has autoscaling with minReplicas %d above maxReplicas %d." .service.name $fewest $most) }}
{{- end }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{ include "bitiq.metadata" (dict "context" . "name" .service.name) }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: {{ .kind }}
    name: {{ .service.name | quote }}
  minReplicas: {{ $fewest }}
  maxReplicas: {{ $most }}
  metrics:
    {{- range $resource, $percentage := dict "cpu" $autoscaling.targetCPUUtilizationPercentage "memory" $autoscaling.targetMemoryUtilizationPercentage }}
    {{- with $percentage }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target:
          type: Utilization
          averageUtilization: {{ int64 . }}
    {{- end }}
    {{- end }}
    {{- with $autoscaling.metrics }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $autoscaling.behavior }}
  behavior:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
