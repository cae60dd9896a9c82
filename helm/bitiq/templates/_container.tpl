{{- /* A service's container: one item of a list. */ -}}
{{- define "bitiq.container" -}}
{{- $service := .service -}}
- name: {{ $service.name | quote }}
  image: {{ printf "%s:%s%s" $service.image.repository $service.image.tag (ternary (printf "@%s" $service.image.digest) "" (not (empty $service.image.digest))) | quote }}
  imagePullPolicy: {{ $service.image.pullPolicy | default "IfNotPresent" }}
  {{- range $key := list "command" "args" }}
  {{- with get $service $key }}
  {{ $key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  ports:
    - name: http
      containerPort: {{ int64 $service.port }}
      protocol: TCP
  {{- with $service.env }}
  env:
    {{- range $name := include "bitiq.envOrder" (dict "service" $service.name "env" .) | splitList "," }}
    - name: {{ $name | quote }}
      value: {{ get $service.env $name | quote }}
    {{- end }}
  {{- end }}
  {{- with $service.secrets }}
  envFrom:
    {{- range . }}
    - secretRef:
        name: {{ printf "%s-%s" $service.name .name | quote }}
    {{- end }}
  {{- end }}
  {{- range $kind := list "startup" "readiness" "liveness" }}
  {{- with get ($service.probes | default dict) $kind }}
  {{ $kind }}Probe:
    httpGet:
      path: {{ .path | quote }}
      port: {{ if .port }}{{ int64 .port }}{{ else }}http{{ end }}
    {{- range $key, $value := omit . "path" "port" }}
    {{ $key }}: {{ int64 $value }}
    {{- end }}
  {{- end }}
  {{- end }}
  {{- with $service.resources }}
  resources:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: {{ ($service.securityContext).readOnlyRootFilesystem | default false }}
    capabilities:
      drop:
        - ALL
      {{- if ($service.securityContext).addNetBindService }}
      add:
        - NET_BIND_SERVICE
      {{- end }}
  {{- with $service.writablePaths }}
  volumeMounts:
    {{- range $index, $path := . }}
    - name: writable-{{ $index }}
      mountPath: {{ $path | quote }}
    {{- end }}
  {{- end }}
{{- end -}}
