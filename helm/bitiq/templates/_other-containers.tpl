{{- /*
Init containers and sidecars of a service: `containers`, in their order. What they leave out they have from the service: image,
resources and mounts; `inheritEnv` gives them its variables, too.
*/ -}}
{{- define "bitiq.otherContainers" -}}
{{- $context := .context -}}
{{- $service := .context.service -}}
{{- range .containers }}
- name: {{ .name | quote }}
  image: {{ if .image }}{{ .image | quote }}{{ else }}{{ include "bitiq.image" $service.image }}{{ end }}
  imagePullPolicy: {{ .imagePullPolicy | default "IfNotPresent" }}
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  {{- range $key, $value := pick . "command" "args" "workingDir" }}
  {{ $key }}:
    {{- toYaml $value | nindent 4 }}
  {{- end }}
  {{- with .ports }}
  ports:
    {{- range . }}
    - name: {{ .name }}
      containerPort: {{ int64 .containerPort }}
      protocol: {{ .protocol | default "TCP" }}
    {{- end }}
  {{- end }}
  {{- $from := dict "env" .env "envFrom" .envFrom }}
  {{- if .inheritEnv }}
  {{- $from = include "bitiq.inheritedEnv" (dict "service" $service "container" .) | fromYaml }}
  {{- end }}
  {{- include "bitiq.environment" (dict "from" $from "owner" $service.name) | replace "\n" "\n  " }}
  {{- range $key, $value := pick . "lifecycle" "startupProbe" "readinessProbe" "livenessProbe" }}
  {{ $key }}:
    {{- toYaml $value | nindent 4 }}
  {{- end }}
  {{- with .resources | default $service.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "bitiq.restricted" $service | nindent 4 }}
  {{- if hasKey . "volumeMounts" }}
  {{- with .volumeMounts }}
  volumeMounts:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- else }}
  {{- with include "bitiq.volumeMounts" $context | trimPrefix "\n" }}
  volumeMounts:
    {{- . | nindent 4 }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* The service's variables with those of one of its other containers over them. Both are maps, or both lists. */ -}}
{{- define "bitiq.inheritedEnv" -}}
{{- $under := .service.env | default dict -}}
{{- $over := .container.env | default (ternary list dict (kindIs "slice" $under)) -}}
{{- $env := $under -}}
{{- if and (kindIs "map" $under) (kindIs "map" $over) -}}
{{- $env = deepCopy $under -}}
{{- include "bitiq.merge" (list $env $over) -}}
{{- else if and (kindIs "slice" $under) (kindIs "slice" $over) -}}
{{- $env = concat $under $over -}}
{{- else -}}
{{- fail (printf "The service %s has env as a map where its container %s has a list, or the other way round; inheritEnv needs the same." .service.name .container.name) -}}
{{- end -}}
{{- dict "env" $env "envFrom" (concat (.service.envFrom | default list) (.container.envFrom | default list)) "secrets" (.service.secrets | default list) | toYaml -}}
{{- end -}}
