{{- define "bitiq.statefulSet" }}
{{- $service := .service }}
---
apiVersion: apps/v1
kind: StatefulSet
{{ include "bitiq.metadata" (dict "context" . "name" $service.name "version" $service.image.tag "annotations" $service.annotations "autoscaled" ($service.autoscaling).enabled) }}
spec:
  {{- include "bitiq.replicas" . }}
  serviceName: {{ include "bitiq.governingService" . | quote }}
  podManagementPolicy: {{ ($service.statefulSet).podManagementPolicy | default "OrderedReady" }}
  {{- range $key := list "minReadySeconds" "revisionHistoryLimit" }}
  {{- if hasKey $service $key }}
  {{ $key }}: {{ get $service $key | int64 }}
  {{- end }}
  {{- end }}
  {{- range $key := list "updateStrategy" "persistentVolumeClaimRetentionPolicy" }}
  {{- with get ($service.statefulSet | default dict) $key }}
  {{ $key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- .selector | nindent 6 }}
  template:
    {{- include "bitiq.podTemplate" . | nindent 4 }}
  {{- with $service.volumeClaimTemplates }}
  volumeClaimTemplates:
    {{- /* apiVersion, kind and volumeMode are what an API server fills in. */}}
    {{- range . }}
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: {{ .name | quote }}
      spec:
        {{- include "bitiq.claimSpec" . | nindent 8 }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- /* The Service that gives each Pod of a StatefulSet its name: the service's own where it is headless, else one beside it. */ -}}
{{- define "bitiq.governingService" -}}
{{- if and (.service.service).headless .exposed -}}
{{- .service.name -}}
{{- else -}}
{{- printf "%s-pods" .service.name -}}
{{- end -}}
{{- end -}}
