{{- /* A service's Pod. Nothing here may depend on another service, the combination or the chart's version. */ -}}
{{- define "bitiq.podSpec" -}}
{{- $service := .service -}}
serviceAccountName: {{ $service.name | quote }}
automountServiceAccountToken: {{ ($service.serviceAccount).automount | default false }}
{{- /* No variables for the other services of the namespace: services find each other by name. */}}
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  seccompProfile:
    type: RuntimeDefault
  {{- range $key := list "runAsUser" "runAsGroup" "fsGroup" }}
  {{- with get ($service.securityContext | default dict) $key }}
  {{ $key }}: {{ int64 . }}
  {{- end }}
  {{- end }}
{{- if hasKey $service "terminationGracePeriodSeconds" }}
terminationGracePeriodSeconds: {{ int64 $service.terminationGracePeriodSeconds }}
{{- end }}
containers:
  {{- include "bitiq.container" . | nindent 2 }}
{{- with $service.writablePaths }}
volumes:
  {{- range $index, $_ := . }}
  - name: writable-{{ $index }}
    emptyDir: {}
  {{- end }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" }}
{{- with get $service $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with $service.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  -
    {{- toYaml . | nindent 4 }}
    labelSelector:
      matchLabels:
        {{- $.selector | nindent 8 }}
  {{- end }}
{{- end }}
{{- end -}}
