{{- /* Labels that never change while a service exists, so selectors may use them. */ -}}
{{- define "bitiq.selector" -}}
app.kubernetes.io/name: {{ .service.name | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
{{- end -}}

{{- /*
Labels that all objects of a release share. Nothing here may depend on a tag: every object would be written to the cluster whenever
any service changes. The combination's ConfigMap contains the release id.
*/ -}}
{{- define "bitiq.sharedLabels" -}}
app.kubernetes.io/part-of: {{ .root.Chart.Name | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | quote }}
{{- end -}}

{{- /* Labels of a service's objects. Only its Deployment and its Pods add the version: a new tag leaves the others as they are. */ -}}
{{- define "bitiq.labels" -}}
{{ .selector }}
{{ .combination.labels }}
{{- range $key, $value := .service.commonLabels }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- /* Labels of a service's Pods: nothing here may depend on another service or on the chart's version. */ -}}
{{- define "bitiq.podLabels" -}}
{{ .selector }}
app.kubernetes.io/version: {{ include "bitiq.versionLabel" .service.image.tag }}
app.kubernetes.io/part-of: {{ .root.Chart.Name | quote }}
{{- range $key, $value := merge (dict) (.service.podLabels | default dict) (.service.commonLabels | default dict) }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end -}}

{{- /* A tag as a label's value, which has at most 63 characters. */ -}}
{{- define "bitiq.versionLabel" -}}
{{ . | trunc 63 | trimSuffix "." | trimSuffix "-" | quote }}
{{- end -}}

{{- /*
The metadata of one object of a service: name, labels, and annotations (optional). `version` is the tag, for the object that runs
it; `weight` is the Job's among its hooks. An API server fills in one replica where there is none, so a workload says by an
annotation that an autoscaler scales it.
*/ -}}
{{- define "bitiq.metadata" -}}
metadata:
  name: {{ .name | quote }}
  labels:
    {{- .context.labels | nindent 4 }}
    {{- with .version }}
    app.kubernetes.io/version: {{ include "bitiq.versionLabel" . }}
    {{- end }}
    {{- range $key, $value := .labels }}
    {{ $key | quote }}: {{ $value | quote }}
    {{- end }}
  {{- $annotations := merge (dict) (.annotations | default dict) (.context.service.commonAnnotations | default dict) }}
  {{- with .context.hook }}
  {{- $annotations = merge (include "bitiq.hookAnnotations" (dict "hook" . "weight" ($.weight | default "-1")) | fromYaml) $annotations }}
  {{- end }}
  {{- $annotations = omit $annotations "bitiq.io/autoscaled" }}
  {{- if or $annotations .autoscaled }}
  annotations:
    {{- range $key, $value := $annotations }}
    {{ $key | quote }}: {{ $value | quote }}
    {{- end }}
    {{- if .autoscaled }}
    bitiq.io/autoscaled: "true"
    {{- end }}
  {{- end }}
{{- end -}}
