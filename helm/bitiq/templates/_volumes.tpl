{{- /* Where the service's container has its volumes: writable paths, config files, secrets as files, volumes and claims. */ -}}
{{- define "bitiq.volumeMounts" -}}
{{- $service := .service -}}
{{- range $index, $path := $service.writablePaths }}
- name: writable-{{ $index }}
  mountPath: {{ $path | quote }}
{{- end }}
{{- range $path := keys ($service.files | default dict) | sortAlpha }}
- name: files
  mountPath: {{ $path | quote }}
  subPath: {{ include "bitiq.fileKey" $path | quote }}
  readOnly: true
{{- end }}
{{- range $service.secrets }}
{{- if .mountPath }}
- name: {{ printf "secret-%s" .name | quote }}
  mountPath: {{ .mountPath | quote }}
  readOnly: true
{{- end }}
{{- end }}
{{- range concat ($service.volumes | default list) ($service.volumeClaimTemplates | default list) }}
{{- if .mountPath }}
- name: {{ .name | quote }}
  mountPath: {{ .mountPath | quote }}
  {{- with .subPath }}
  subPath: {{ . | quote }}
  {{- end }}
  {{- if .readOnly }}
  readOnly: true
  {{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* The volumes of the Pod. A claim with a size is made by the chart, see _claim.tpl. */ -}}
{{- define "bitiq.volumes" -}}
{{- $service := .service -}}
{{- range $index, $_ := $service.writablePaths }}
- name: writable-{{ $index }}
  emptyDir: {}
{{- end }}
{{- if $service.files }}
- name: files
  configMap:
    name: {{ printf "%s-files" $service.name | quote }}
{{- end }}
{{- range $service.secrets }}
{{- if .mountPath }}
- name: {{ printf "secret-%s" .name | quote }}
  secret:
    secretName: {{ printf "%s-%s" $service.name .name | quote }}
{{- end }}
{{- end }}
{{- range $service.volumes }}
{{- $source := omit . "name" "mountPath" "subPath" "readOnly" }}
{{- if ne (len $source) 1 }}
{{- fail (printf "The service %s has the volume %s with %d sources; a volume has exactly one, such as emptyDir." $service.name .name (len $source)) }}
{{- end }}
- name: {{ .name | quote }}
  {{- if (.persistentVolumeClaim).size }}
  persistentVolumeClaim:
    claimName: {{ printf "%s-%s" $service.name .name | quote }}
    {{- if .persistentVolumeClaim.readOnly }}
    readOnly: true
    {{- end }}
  {{- else }}
  {{- toYaml $source | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* The key of a config file in its ConfigMap: the path, with dots and underscores for what a key cannot have. */ -}}
{{- define "bitiq.fileKey" -}}
{{- regexReplaceAll "[^-._A-Za-z0-9]" (trimPrefix "/" . | replace "/" ".") "_" -}}
{{- end -}}
