{{- define "bitiq.httpRoute" }}
{{- $route := .service.httpRoute }}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
{{ include "bitiq.metadata" (dict "context" . "name" .service.name "annotations" $route.annotations) }}
spec:
  {{- include "bitiq.routeParents" (dict "service" .service.name "kind" "httpRoute" "route" $route) | nindent 2 }}
  rules:
    {{- range $route.rules | default (list (dict "path" $route.path)) }}
    - matches:
        {{- range .matches | default (list (dict "path" (dict "type" "PathPrefix" "value" (.path | default "/")))) }}
        -
          {{- include "bitiq.routeMatch" . | nindent 10 }}
        {{- end }}
      {{- range $key, $value := pick . "filters" "timeouts" }}
      {{ $key }}:
        {{- toYaml $value | nindent 8 }}
      {{- end }}
      {{- include "bitiq.routeBackend" (dict "context" $ "port" .port "of" "an httpRoute") | nindent 6 }}
    {{- end }}
{{- end -}}

{{- define "bitiq.grpcRoute" }}
{{- $route := .service.grpcRoute }}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GRPCRoute
{{ include "bitiq.metadata" (dict "context" . "name" .service.name "annotations" $route.annotations) }}
spec:
  {{- include "bitiq.routeParents" (dict "service" .service.name "kind" "grpcRoute" "route" $route) | nindent 2 }}
  rules:
    {{- range $route.rules | default (list dict) }}
    -
      {{- range $key, $value := pick . "matches" "filters" }}
      {{ $key }}:
        {{- toYaml $value | nindent 8 }}
      {{- end }}
      {{- include "bitiq.routeBackend" (dict "context" $ "port" $route.port "of" "a grpcRoute") | nindent 6 }}
    {{- end }}
{{- end -}}

{{- /* Group, kind and weight are written although they are the defaults: see bitiq.remoteRefDefaults. */ -}}
{{- define "bitiq.routeParents" -}}
{{- if not .route.parentRefs }}
{{- fail (printf "The service %s has an %s without parentRefs: no Gateway would serve it." .service .kind) }}
{{- end -}}
parentRefs:
  {{- range .route.parentRefs }}
  -
    {{- toYaml (merge (dict "group" "gateway.networking.k8s.io" "kind" "Gateway") .) | nindent 4 }}
  {{- end }}
{{- with .route.hostnames }}
hostnames:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "bitiq.routeBackend" -}}
backendRefs:
  - group: ""
    kind: Service
    name: {{ .context.service.name | quote }}
    weight: 1
    port: {{ include "bitiq.exposedPort" (dict "context" .context "port" .port "of" .of "as" "number") }}
{{- end -}}

{{- /* One match of an HTTPRoute, with the types that an API server fills in. */ -}}
{{- define "bitiq.routeMatch" -}}
{{- $match := deepCopy . -}}
{{- $_ := set $match "path" (merge ($match.path | default dict) (dict "type" "PathPrefix" "value" "/")) -}}
{{- range $key := list "headers" "queryParams" -}}
{{- range get $match $key | default list -}}
{{- $_ := set . "type" (.type | default "Exact") -}}
{{- end -}}
{{- end -}}
{{- toYaml $match -}}
{{- end -}}
