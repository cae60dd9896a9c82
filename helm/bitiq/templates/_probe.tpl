{{- /* The probes of a service's container. A probe by HTTP without a port of its own needs a port of the service, and is left out without. */ -}}
{{- define "bitiq.probes" -}}
{{- range $kind := list "startup" "readiness" "liveness" }}
{{- with get ($.service.probes | default dict) $kind }}
{{- $port := .port }}
{{- if and (not $port) $.ports }}
{{- $port = ternary (first $.ports).port (first $.ports).name (hasKey . "grpc") }}
{{- end }}
{{- if kindIs "float64" $port }}
{{- $port = int64 $port }}
{{- end }}
{{- if or .exec $port }}
{{ $kind }}Probe:
  {{- include "bitiq.handler" (dict "probe" . "port" $port) | nindent 2 }}
  {{- range $key, $value := omit . "path" "port" "scheme" "httpHeaders" "tcpSocket" "grpc" "exec" }}
  {{ $key }}: {{ int64 $value }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* How one probe looks. gRPC wants a number: a name would be refused. */ -}}
{{- define "bitiq.handler" -}}
{{- $port := .port -}}
{{- with .probe -}}
{{- if .exec -}}
exec:
  {{- toYaml .exec | nindent 2 }}
{{- else if hasKey . "grpc" -}}
grpc:
  port: {{ $port }}
  {{- with (.grpc).service }}
  service: {{ . | quote }}
  {{- end }}
{{- else if .tcpSocket -}}
tcpSocket:
  port: {{ $port }}
{{- else -}}
httpGet:
  path: {{ .path | quote }}
  port: {{ $port }}
  {{- with .scheme }}
  scheme: {{ . }}
  {{- end }}
  {{- with .httpHeaders }}
  httpHeaders:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}
{{- end -}}
