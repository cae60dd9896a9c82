{{- define "bitiq.httpRoute" }}
{{- $route := .service.httpRoute }}
{{- if not $route.parentRefs }}
{{- fail (printf "The service %s has an httpRoute without parentRefs: no Gateway would carry it." .service.name) }}
{{- end }}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
{{ include "bitiq.metadata" (dict "context" . "name" .service.name "annotations" $route.annotations) }}
spec:
  parentRefs:
    {{- toYaml $route.parentRefs | nindent 4 }}
  {{- with $route.hostnames }}
  hostnames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    - matches:
        - path:
            type: PathPrefix
            value: {{ $route.path | default "/" | quote }}
      backendRefs:
        - name: {{ .service.name | quote }}
          port: {{ (.service.service).port | default 80 | int64 }}
{{- end -}}
