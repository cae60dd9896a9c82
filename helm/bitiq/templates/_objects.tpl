{{- /* Which objects a service has beside its workload; what each looks like is in the file named after it. */ -}}

{{- /* Who its Pods are. */ -}}
{{- define "bitiq.identityObjects" }}
{{- $account := .service.serviceAccount | default dict }}
{{- if not (and (hasKey $account "create") (not $account.create)) }}
{{- include "bitiq.serviceAccount" . }}
{{- end }}
{{- if $account.rules }}
{{- include "bitiq.role" . }}
{{- end }}
{{- end -}}

{{- /* What its Pods read and keep. */ -}}
{{- define "bitiq.dataObjects" }}
{{- range $secret := .service.secrets }}
{{- include "bitiq.externalSecret" (dict "context" $ "secret" $secret) }}
{{- end }}
{{- if .service.files }}
{{- include "bitiq.filesConfigMap" . }}
{{- end }}
{{- range $volume := .service.volumes }}
{{- if ($volume.persistentVolumeClaim).size }}
{{- include "bitiq.claim" (dict "context" $ "volume" $volume) }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* How calls reach it. */ -}}
{{- define "bitiq.networkObjects" }}
{{- if .exposed }}
{{- include "bitiq.service" . }}
{{- end }}
{{- if and (eq .kind "StatefulSet") (ne (include "bitiq.governingService" .) .service.name) }}
{{- include "bitiq.podsService" . }}
{{- end }}
{{- if (.service.networkPolicy).enabled }}
{{- include "bitiq.networkPolicy" . }}
{{- end }}
{{- end -}}

{{- /* How many Pods it has, ways in from outside, and what watches it. */ -}}
{{- define "bitiq.scaleObjects" }}
{{- if has .kind (list "Deployment" "StatefulSet") }}
{{- if (.service.autoscaling).enabled }}
{{- include "bitiq.autoscaler" . }}
{{- end }}
{{- if (.service.disruptionBudget).enabled }}
{{- include "bitiq.disruptionBudget" . }}
{{- end }}
{{- end }}
{{- if (.service.ingress).enabled }}
{{- include "bitiq.ingress" . }}
{{- end }}
{{- if (.service.httpRoute).enabled }}
{{- include "bitiq.httpRoute" . }}
{{- end }}
{{- if (.service.grpcRoute).enabled }}
{{- include "bitiq.grpcRoute" . }}
{{- end }}
{{- if (.service.monitor).enabled }}
{{- include "bitiq.monitor" . }}
{{- end }}
{{- end -}}
