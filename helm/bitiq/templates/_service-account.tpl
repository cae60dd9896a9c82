{{- define "bitiq.serviceAccount" }}
---
apiVersion: v1
kind: ServiceAccount
{{ include "bitiq.metadata" (dict "context" . "name" .service.name "annotations" (.service.serviceAccount).annotations) }}
automountServiceAccountToken: {{ (.service.serviceAccount).automount | default false }}
{{- end -}}
