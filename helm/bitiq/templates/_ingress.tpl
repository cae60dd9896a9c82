{{- define "bitiq.ingress" }}
{{- $ingress := .service.ingress }}
{{- $hosts := $ingress.hosts }}
{{- if not $hosts }}
{{- if not $ingress.host }}
{{- fail (printf "The service %s has an ingress without a host." .service.name) }}
{{- end }}
{{- $path := dict "path" ($ingress.path | default "/") "pathType" ($ingress.pathType | default "Prefix") }}
{{- $hosts = list (dict "host" $ingress.host "paths" (list $path)) }}
{{- end }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "bitiq.metadata" (dict "context" . "name" .service.name "annotations" $ingress.annotations) }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . | quote }}
  {{- end }}
  {{- if hasKey $ingress "tls" }}
  tls:
    - hosts:
        {{- range $hosts }}
        - {{ .host | quote }}
        {{- end }}
      {{- with ($ingress.tls).secretName }}
      secretName: {{ . | quote }}
      {{- end }}
  {{- end }}
  rules:
    {{- range $hosts }}
    - host: {{ .host | quote }}
      http:
        paths:
          {{- range .paths | default (list (dict "path" "/")) }}
          - path: {{ .path | quote }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                name: {{ $.service.name | quote }}
                port:
                  name: {{ include "bitiq.exposedPort" (dict "context" $ "port" .port "of" "an ingress") }}
          {{- end }}
    {{- end }}
{{- end -}}
