{{- /* The container of a service: one item of a list. `containerSpec` is laid over it. */ -}}
{{- define "bitiq.container" -}}
{{- $service := .service -}}
{{- if $service.containerSpec -}}
{{- $container := include "bitiq.plainContainer" . | fromYamlArray | first -}}
{{- include "bitiq.merge" (list $container $service.containerSpec) -}}
{{- toYaml (list $container) -}}
{{- else -}}
{{- include "bitiq.plainContainer" . -}}
{{- end -}}
{{- end -}}

{{- define "bitiq.plainContainer" -}}
{{- $service := .service -}}
- name: {{ $service.name | quote }}
  image: {{ include "bitiq.image" $service.image }}
  imagePullPolicy: {{ $service.image.pullPolicy | default "IfNotPresent" }}
  {{- range $key := list "command" "args" }}
  {{- with get $service $key }}
  {{ $key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with $service.workingDir }}
  workingDir: {{ . | quote }}
  {{- end }}
  {{- with .ports }}
  ports:
    {{- range . }}
    - name: {{ .name }}
      containerPort: {{ int64 .port }}
      protocol: {{ .protocol }}
    {{- end }}
  {{- end }}
  {{- include "bitiq.environment" (dict "from" $service "owner" $service.name) | replace "\n" "\n  " }}
  {{- if not (has .kind (list "CronJob" "Job")) }}
  {{- include "bitiq.probes" . | replace "\n" "\n  " }}
  {{- end }}
  {{- with $service.lifecycle }}
  lifecycle:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $service.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "bitiq.restricted" $service | nindent 4 }}
  {{- with include "bitiq.volumeMounts" . | trimPrefix "\n" }}
  volumeMounts:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* A release names the digest too, which then decides. */ -}}
{{- define "bitiq.image" -}}
{{- printf "%s:%s%s" .repository .tag (ternary (printf "@%s" .digest) "" (not (empty .digest))) | quote -}}
{{- end -}}

{{- /* What every container of a service has, so that its Pods fit the "restricted" standard. */ -}}
{{- define "bitiq.restricted" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: {{ (.securityContext).readOnlyRootFilesystem | default false }}
capabilities:
  drop:
    - ALL
  {{- if (.securityContext).addNetBindService }}
  add:
    - NET_BIND_SERVICE
  {{- end }}
{{- end -}}
