{{- define "bitiq.service" }}
{{- $service := .service.service | default dict }}
{{- include "bitiq.serviceObject" (dict "context" . "name" .service.name "settings" $service "headless" $service.headless "annotations" $service.annotations) }}
{{- end -}}

{{- /* The Service beside a StatefulSet, by which each of its Pods has a name. */ -}}
{{- define "bitiq.podsService" }}
{{- include "bitiq.serviceObject" (dict "context" . "name" (include "bitiq.governingService" .) "settings" (dict "publishNotReadyAddresses" true) "headless" true) }}
{{- end -}}

{{- define "bitiq.serviceObject" }}
{{- $settings := .settings }}
---
apiVersion: v1
kind: Service
{{ include "bitiq.metadata" (dict "context" .context "name" .name "annotations" .annotations) }}
spec:
  type: {{ $settings.type | default "ClusterIP" }}
  {{- if .headless }}
  clusterIP: None
  {{- end }}
  {{- range $key := list "sessionAffinity" "externalTrafficPolicy" "internalTrafficPolicy" "loadBalancerClass" }}
  {{- with get $settings $key }}
  {{ $key }}: {{ . }}
  {{- end }}
  {{- end }}
  {{- if $settings.publishNotReadyAddresses }}
  publishNotReadyAddresses: true
  {{- end }}
  selector:
    {{- .context.selector | nindent 4 }}
  {{- with .context.exposed }}
  ports:
    {{- range . }}
    - name: {{ .name }}
      protocol: {{ .protocol }}
      port: {{ int64 .servicePort }}
      targetPort: {{ .name }}
      {{- with .appProtocol }}
      appProtocol: {{ . }}
      {{- end }}
    {{- end }}
  {{- end }}
{{- end -}}
