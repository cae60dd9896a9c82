{{- define "bitiq.httpRoute" }}
{{- $route := .service.httpRoute }}
{{- if not $route.parentRefs }}
{{- fail (printf "The service %s has an httpRoute without parentRefs: no Gateway would serve it." .service.name) }}
{{- end }}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
{{ include "bitiq.metadata" (dict "context" . "name" .service.name "annotations" $route.annotations) }}
spec:
  parentRefs:
    {{- /* Group, kind and weight are the defaults, written for the reason in bitiq.remoteRefDefaults. */}}
    {{- range $route.parentRefs }}
    -
      {{- toYaml (merge (dict "group" "gateway.networking.k8s.io" "kind" "Gateway") .) | nindent 6 }}
    {{- end }}
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
        - group: ""
          kind: Service
          name: {{ .service.name | quote }}
          weight: 1
          port: {{ (.service.service).port | default 80 | int64 }}
{{- end -}}
