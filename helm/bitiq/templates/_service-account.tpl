{{- define "bitiq.serviceAccount" }}
{{- $account := .service.serviceAccount | default dict }}
---
apiVersion: v1
kind: ServiceAccount
{{ include "bitiq.metadata" (dict "context" . "name" ($account.name | default .service.name) "annotations" $account.annotations) }}
automountServiceAccountToken: {{ $account.automount | default false }}
{{- end -}}

{{- /* What the service's Pods may do in their namespace. */ -}}
{{- define "bitiq.role" }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
{{ include "bitiq.metadata" (dict "context" . "name" .service.name) }}
rules:
  {{- toYaml .service.serviceAccount.rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
{{ include "bitiq.metadata" (dict "context" . "name" .service.name) }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ .service.name | quote }}
subjects:
  - kind: ServiceAccount
    name: {{ .service.serviceAccount.name | default .service.name | quote }}
    namespace: {{ .root.Release.Namespace | quote }}
{{- end -}}
