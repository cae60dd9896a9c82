{{- /* Tells the Prometheus Operator where the service's metrics are. */ -}}
{{- define "bitiq.monitor" }}
{{- $monitor := .service.monitor }}
{{- $kind := $monitor.kind | default (ternary "ServiceMonitor" "PodMonitor" (not (empty .exposed))) }}
{{- $ports := ternary .exposed .ports (eq $kind "ServiceMonitor") }}
{{- if not $ports }}
{{- fail (printf "The service %s has a monitor and no port for it to read." .service.name) }}
{{- end }}
{{- $port := (first $ports).name }}
{{- range $ports }}
{{- if eq .name ($monitor.port | default "metrics") }}
{{- $port = .name }}
{{- end }}
{{- end }}
{{- if and $monitor.port (ne $port $monitor.port) }}
{{- fail (printf "The service %s has a monitor of the port %s, which it does not have." .service.name $monitor.port) }}
{{- end }}
---
apiVersion: monitoring.coreos.com/v1
kind: {{ $kind }}
{{ include "bitiq.metadata" (dict "context" . "name" .service.name "labels" $monitor.labels) }}
spec:
  selector:
    matchLabels:
      {{- .selector | nindent 6 }}
  {{ ternary "endpoints" "podMetricsEndpoints" (eq $kind "ServiceMonitor") }}:
    - port: {{ $port }}
      path: {{ $monitor.path | default "/metrics" | quote }}
      {{- range $key, $value := pick $monitor "interval" "scrapeTimeout" }}
      {{ $key }}: {{ $value }}
      {{- end }}
{{- end -}}
