{{- define "bitiq.autoscaler" }}
{{- $autoscaling := .service.autoscaling }}
{{- if or (not $autoscaling.maxReplicas) (not $autoscaling.targetCPUUtilizationPercentage) }}
{{- fail (printf "The service %s has autoscaling without maxReplicas or targetCPUUtilizationPercentage." .service.name) }}
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
    kind: Deployment
    name: {{ .service.name | quote }}
  minReplicas: {{ $fewest }}
  maxReplicas: {{ $most }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ int64 $autoscaling.targetCPUUtilizationPercentage }}
{{- end -}}
