{{- define "bitiq.cronJob" }}
{{- $service := .service }}
{{- $cron := $service.cronJob | default dict }}
{{- if not $cron.schedule }}
{{- fail (printf "The service %s is a CronJob without cronJob.schedule." $service.name) }}
{{- end }}
---
apiVersion: batch/v1
kind: CronJob
{{ include "bitiq.metadata" (dict "context" . "name" $service.name "version" $service.image.tag "annotations" $service.annotations) }}
spec:
  schedule: {{ $cron.schedule | quote }}
  {{- with $cron.timeZone }}
  timeZone: {{ . | quote }}
  {{- end }}
  concurrencyPolicy: {{ $cron.concurrencyPolicy | default "Forbid" }}
  {{- if hasKey $cron "suspend" }}
  suspend: {{ $cron.suspend }}
  {{- end }}
  {{- range $key := list "startingDeadlineSeconds" "successfulJobsHistoryLimit" "failedJobsHistoryLimit" }}
  {{- if hasKey $cron $key }}
  {{ $key }}: {{ get $cron $key | int64 }}
  {{- end }}
  {{- end }}
  jobTemplate:
    metadata:
      labels:
        {{- include "bitiq.podLabels" . | nindent 8 }}
    spec:
      {{- include "bitiq.jobSpec" . | trimPrefix "\n" | nindent 6 }}
{{- end -}}
