{{- define "bitiq.service" }}
---
apiVersion: v1
kind: Service
{{ include "bitiq.metadata" (dict "context" . "name" .service.name "annotations" (.service.service).annotations) }}
spec:
  type: {{ (.service.service).type | default "ClusterIP" }}
  selector:
    {{- .selector | nindent 4 }}
  ports:
    - name: http
      protocol: TCP
      port: {{ (.service.service).port | default 80 | int64 }}
      targetPort: http
{{- end -}}
