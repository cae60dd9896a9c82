{{- define "bitiq.ingress" }}
{{- $ingress := .service.ingress }}
{{- if not $ingress.host }}
{{- fail (printf "The service %s has an ingress without a host." .service.name) }}
{{- end }}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "bitiq.metadata" (dict "context" . "name" .service.name "annotations" $ingress.annotations) }}
spec:
  {{- with $ingress.className }}
  ingressClassName: {{ . | quote }}
  {{- end }}
  {{- with $ingress.tls }}
  tls:
    - hosts:
        - {{ $ingress.host | quote }}
      secretName: {{ .secretName | quote }}
  {{- end }}
  rules:
    - host: {{ $ingress.host | quote }}
      http:
        paths:
          - path: {{ $ingress.path | default "/" | quote }}
            pathType: {{ $ingress.pathType | default "Prefix" }}
            backend:
              service:
                name: {{ .service.name | quote }}
                port:
                  name: http
{{- end -}}
