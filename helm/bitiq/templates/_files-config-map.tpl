{{- define "bitiq.filesConfigMap" }}
{{- $seen := dict }}
---
apiVersion: v1
kind: ConfigMap
{{ include "bitiq.metadata" (dict "context" . "name" (printf "%s-files" .service.name)) }}
data:
  {{- range $path, $content := .service.files }}
  {{- $key := include "bitiq.fileKey" $path }}
  {{- if hasKey $seen $key }}
  {{- fail (printf "The service %s has the files %s and %s, whose paths are too alike for the keys of one ConfigMap." $.service.name (get $seen $key) $path) }}
  {{- end }}
  {{- $_ := set $seen $key $path }}
  {{ $key | quote }}: {{ $content | quote }}
  {{- end }}
{{- end -}}
