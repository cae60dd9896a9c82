{{- /*
The variables of a container: `env` (a map or a list), `envFrom` and `secrets` of `from`, which is the service or one of its other
containers. `service` is the name for messages, `owner` the service's name in the names of its Secrets.
*/ -}}
{{- define "bitiq.environment" -}}
{{- $from := .from -}}
{{- with $from.env }}
env:
{{- if kindIs "slice" . }}
{{- include "bitiq.checkEnvList" (dict "service" $.owner "env" .) }}
{{- range . }}
  - name: {{ .name | quote }}
    {{- include "bitiq.variable" (ternary .valueFrom .value (hasKey . "valueFrom")) | nindent 4 }}
{{- end }}
{{- else }}
{{- range $name := include "bitiq.envOrder" (dict "service" $.owner "env" .) | splitList "," }}
  - name: {{ $name | quote }}
    {{- $value := get $from.env $name }}
    {{- if kindIs "map" $value }}
    {{- $value = $value.valueFrom }}
    {{- end }}
    {{- include "bitiq.variable" $value | nindent 4 }}
{{- end }}
{{- end }}
{{- end }}
{{- $secrets := list }}
{{- range $from.secrets }}
{{- if not .mountPath }}
{{- $secrets = append $secrets .name }}
{{- end }}
{{- end }}
{{- if or $secrets $from.envFrom }}
envFrom:
  {{- range $secrets }}
  - secretRef:
      name: {{ printf "%s-%s" $.owner . | quote }}
  {{- end }}
  {{- with $from.envFrom }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* `value` or `valueFrom` of one variable. */ -}}
{{- define "bitiq.variable" -}}
{{- if kindIs "map" . -}}
valueFrom:
  {{- toYaml . | nindent 2 }}
{{- else -}}
value: {{ . | default "" | quote }}
{{- end -}}
{{- end -}}

{{- /* Refuses a list in which a variable names one that comes after it: Kubernetes would leave `$(NAME)` as text. */ -}}
{{- define "bitiq.checkEnvList" -}}
{{- $later := dict -}}
{{- range .env -}}
{{- $_ := set $later .name true -}}
{{- end -}}
{{- range .env -}}
{{- $variable := .name -}}
{{- range $found := regexFindAll "\\$\\$|\\$\\([^()]*\\)" (.value | default "") -1 -}}
{{- $named := trimPrefix "$(" $found | trimSuffix ")" -}}
{{- if and (hasPrefix "$(" $found) (hasKey $later $named) -}}
{{- fail (printf "The service %s has the variable %s, which names $(%s); that one comes later in the list, so Kubernetes would leave it as text." $.service $variable $named) -}}
{{- end -}}
{{- end -}}
{{- $_ := unset $later $variable -}}
{{- end -}}
{{- end -}}
