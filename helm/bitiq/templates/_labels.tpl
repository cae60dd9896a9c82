{{- /* Labels that never change while a service lives: what selectors may use. */ -}}
{{- define "bitiq.selector" -}}
app.kubernetes.io/name: {{ .service.name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- end -}}

{{- /* Labels that all objects of a release share. They follow the whole combination: never put them in a Pod template. */ -}}
{{- define "bitiq.sharedLabels" -}}
app.kubernetes.io/part-of: {{ .root.Chart.Name | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | quote }}
bitiq.io/release-id: {{ .id | quote }}
{{- end -}}

{{- /* Labels of a service's objects. */ -}}
{{- define "bitiq.labels" -}}
{{ .selector }}
app.kubernetes.io/version: {{ include "bitiq.versionLabel" .service.image.tag }}
{{ .release.labels }}
{{- end -}}

{{- /* Labels of a service's Pods: nothing here may depend on another service or on the chart's version. */ -}}
{{- define "bitiq.podLabels" -}}
{{ .selector }}
app.kubernetes.io/version: {{ include "bitiq.versionLabel" .service.image.tag }}
app.kubernetes.io/part-of: {{ .root.Chart.Name | quote }}
{{- range $key, $value := .service.podLabels }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- /* A tag as a label's value, which has at most 63 characters. */ -}}
{{- define "bitiq.versionLabel" -}}
{{ . | trunc 63 | trimSuffix "." | trimSuffix "-" | quote }}
{{- end -}}

{{- /*
The metadata of one object of a service: name, labels, and annotations (optional). An API server fills in one replica where there
is none, so a Deployment says by an annotation that an autoscaler scales it. The composite version is an annotation
up to 1024 characters (about 25 services), so that an object does not grow with the number of services; the release id
says the same and is always there, and the combination's ConfigMap has the whole text.
*/ -}}
{{- define "bitiq.metadata" -}}
{{- $composite := .context.release.composite -}}
metadata:
  name: {{ .name | quote }}
  labels:
    {{- .context.labels | nindent 4 }}
  {{- if or .annotations .autoscaled (le (len $composite) 1024) }}
  annotations:
    {{- range $key, $value := omit (.annotations | default dict) "bitiq.io/composite-version" "bitiq.io/autoscaled" }}
    {{ $key | quote }}: {{ $value | quote }}
    {{- end }}
    {{- if .autoscaled }}
    bitiq.io/autoscaled: "true"
    {{- end }}
    {{- if le (len $composite) 1024 }}
    bitiq.io/composite-version: {{ $composite | quote }}
    {{- end }}
  {{- end }}
{{- end -}}
