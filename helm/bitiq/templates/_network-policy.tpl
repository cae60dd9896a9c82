{{- define "bitiq.networkPolicy" }}
{{- $policy := .service.networkPolicy }}
{{- $peers := and .ports (or $policy.allowFrom $policy.allowFromNamespaces $policy.allowFromCIDRs) }}
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
    {{- if hasKey $policy "egress" }}
    - Egress
    {{- end }}
  {{- if or $peers $policy.ingress }}
  ingress:
    {{- if $peers }}
    - ports:
        {{- range .ports }}
        - port: {{ .name }}
          protocol: {{ .protocol }}
        {{- end }}
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
        {{- range $policy.allowFromCIDRs }}
        - ipBlock:
            cidr: {{ . | quote }}
        {{- end }}
    {{- end }}
    {{- with $policy.ingress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- else }}
  ingress: []
  {{- end }}
  {{- if hasKey $policy "egress" }}
  egress:
    {{- toYaml $policy.egress | nindent 4 }}
  {{- end }}
{{- end -}}
