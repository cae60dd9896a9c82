{{- /* The claim of a volume with a size. It stays when the service goes, also for Argo CD: what it holds is not in Git. */ -}}
{{- define "bitiq.claim" }}
{{- $claim := .volume.persistentVolumeClaim }}
{{- $annotations := dict "helm.sh/resource-policy" "keep" "argocd.argoproj.io/sync-options" "Prune=false,Delete=false" }}
---
apiVersion: v1
kind: PersistentVolumeClaim
{{ include "bitiq.metadata" (dict "context" .context "name" (printf "%s-%s" .context.service.name .volume.name) "annotations" $annotations) }}
spec:
  {{- include "bitiq.claimSpec" $claim | nindent 2 }}
{{- end -}}

{{- /* `volumeMode` is what an API server fills in; see bitiq.remoteRefDefaults. */ -}}
{{- define "bitiq.claimSpec" -}}
accessModes:
  {{- toYaml (.accessModes | default (list "ReadWriteOnce")) | nindent 2 }}
{{- with .storageClassName }}
storageClassName: {{ . | quote }}
{{- end }}
volumeMode: Filesystem
resources:
  requests:
    storage: {{ .size | quote }}
{{- end -}}
