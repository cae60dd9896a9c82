{{- /* Objects that a repository writes itself, with `labels` (text) among their own. */ -}}
{{- define "bitiq.extraObjects" }}
{{- $labels := .labels | fromYaml }}
{{- range .objects }}
{{- $object := deepCopy . }}
{{- $metadata := $object.metadata | default dict }}
{{- $_ := set $metadata "labels" (merge ($metadata.labels | default dict) $labels) }}
{{- $_ := set $object "metadata" $metadata }}
---
{{ toYaml $object }}
{{- end }}
{{- end -}}
