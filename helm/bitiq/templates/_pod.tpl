{{- /* The Pod of a service, with `podSpec` laid over it. */ -}}
{{- define "bitiq.podSpec" -}}
{{- if .service.podSpec -}}
{{- $spec := include "bitiq.plainPodSpec" . | fromYaml -}}
{{- include "bitiq.merge" (list $spec .service.podSpec) -}}
{{- toYaml $spec -}}
{{- else -}}
{{- include "bitiq.plainPodSpec" . -}}
{{- end -}}
{{- end -}}

{{- /* Nothing here may depend on another service, the combination or the chart's version. */ -}}
{{- define "bitiq.plainPodSpec" -}}
{{- $service := .service -}}
serviceAccountName: {{ ($service.serviceAccount).name | default $service.name | quote }}
automountServiceAccountToken: {{ ($service.serviceAccount).automount | default false }}
{{- /* No variables for the other services of the namespace: services find each other by name. */}}
enableServiceLinks: false
{{- with concat (.root.Values.imagePullSecrets | default list) ($service.imagePullSecrets | default list) | uniq }}
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
{{- if has .kind (list "CronJob" "Job") }}
restartPolicy: {{ ($service.job).restartPolicy | default "Never" }}
{{- end }}
{{- if hasKey $service "terminationGracePeriodSeconds" }}
terminationGracePeriodSeconds: {{ int64 $service.terminationGracePeriodSeconds }}
{{- end }}
{{- with $service.initContainers }}
initContainers:
  {{- include "bitiq.otherContainers" (dict "context" $ "containers" .) | nindent 2 }}
{{- end }}
containers:
  {{- include "bitiq.container" . | nindent 2 }}
  {{- with $service.sidecars }}
  {{- include "bitiq.otherContainers" (dict "context" $ "containers" .) | nindent 2 }}
  {{- end }}
{{- with include "bitiq.volumes" . | trimPrefix "\n" }}
volumes:
  {{- . | nindent 2 }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "priorityClassName" "runtimeClassName" "hostAliases" "dnsPolicy" "dnsConfig" }}
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
