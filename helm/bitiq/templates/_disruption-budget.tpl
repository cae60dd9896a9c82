{{- define "bitiq.disruptionBudget" }}
{{- $budget := .service.disruptionBudget }}
{{- if and (hasKey $budget "minAvailable") (hasKey $budget "maxUnavailable") }}
{{- fail (printf "The service %s has a disruption budget with both minAvailable and maxUnavailable; keep one of them." .service.name) }}
{{- end }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
{{ include "bitiq.metadata" (dict "context" . "name" .service.name) }}
spec:
  {{- if hasKey $budget "minAvailable" }}
  minAvailable: {{ $budget.minAvailable }}
  {{- else }}
  maxUnavailable: {{ if hasKey $budget "maxUnavailable" }}{{ $budget.maxUnavailable }}{{ else }}1{{ end }}
  {{- end }}
  selector:
    matchLabels:
      {{- .selector | nindent 6 }}
{{- end -}}
