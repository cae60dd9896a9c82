{{- define "bitiq.networkPolicy" }}
{{- $policy := .service.networkPolicy }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "bitiq.metadata" (dict "context" . "name" .service.name) }}
spec:
  podSelector:
    matchLabels:
      {{- .selector | nindent 6 }}
  policyTypes:
    - Ingress
  {{- if or $policy.allowFrom $policy.allowFromNamespaces }}
  ingress:
    - ports:
        - port: http
          protocol: TCP
      from:
        {{- range $peer := $policy.allowFrom }}
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: {{ $peer | quote }}
              app.kubernetes.io/instance: {{ $.root.Release.Name | quote }}
        {{- end }}
        {{- range $namespace := $policy.allowFromNamespaces }}
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: {{ $namespace | quote }}
        {{- end }}
  {{- else }}
  ingress: []
  {{- end }}
{{- end -}}
