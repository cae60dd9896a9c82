{{- /*
A Job cannot be changed, so one that runs once for each version has a name of its own each time: the end is a digest of what it runs.
One that runs at every sync is a hook, and is removed before the next.
*/ -}}
{{- define "bitiq.job" }}
{{- $service := .service }}
{{- $spec := include "bitiq.jobSpec" . }}
{{- $name := ternary $service.name (printf "%s-%s" $service.name (sha256sum $spec | trunc 8)) (eq .hook "sync") }}
---
apiVersion: batch/v1
kind: Job
{{ include "bitiq.metadata" (dict "context" . "name" $name "version" $service.image.tag "annotations" $service.annotations "weight" "0") }}
spec:
  {{- $spec | trimPrefix "\n" | nindent 2 }}
{{- end -}}

{{- /* What a Job and each run of a CronJob do. */ -}}
{{- define "bitiq.jobSpec" -}}
{{- range $key := list "backoffLimit" "activeDeadlineSeconds" "ttlSecondsAfterFinished" "completions" "parallelism" }}
{{- if hasKey ($.service.job | default dict) $key }}
{{ $key }}: {{ get $.service.job $key | int64 }}
{{- end }}
{{- end }}
template:
  {{- include "bitiq.podTemplate" . | nindent 2 }}
{{- end -}}

{{- /*
Annotations of every object of a Job's service, so that what the Job needs is there before it runs, and the Job before the other
services change: Argo CD's wave -1, or at every sync a hook of Argo CD and of Helm.
*/ -}}
{{- define "bitiq.hookAnnotations" -}}
{{- if eq .hook "version" }}
argocd.argoproj.io/sync-wave: "-1"
{{- else if eq .hook "sync" }}
argocd.argoproj.io/hook: PreSync
argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
argocd.argoproj.io/sync-wave: {{ .weight | quote }}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-delete-policy: before-hook-creation
helm.sh/hook-weight: {{ .weight | quote }}
{{- end }}
{{- end -}}
