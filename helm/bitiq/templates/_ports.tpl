{{- /*
Sets in the context: ports, every port of the container as name, port, servicePort, protocol, appProtocol; and exposed, those that
the Service has. CronJobs and Jobs have none.
*/ -}}
{{- define "bitiq.setPorts" -}}
{{- $ports := list -}}
{{- $exposed := list -}}
{{- if not (has .kind (list "CronJob" "Job")) -}}
{{- with .service.port -}}
{{- $ports = list (dict "name" "http" "port" . "servicePort" (($.service.service).port | default 80) "protocol" "TCP") -}}
{{- $exposed = $ports -}}
{{- end -}}
{{- range .service.ports -}}
{{- $name := .name -}}
{{- range $ports -}}
{{- if eq .name $name -}}
{{- fail (printf "The service %s has two ports named %s." $.service.name $name) -}}
{{- end -}}
{{- end -}}
{{- $port := dict "name" .name "port" .port "servicePort" (.servicePort | default .port) "protocol" (.protocol | default "TCP") "appProtocol" .appProtocol -}}
{{- $ports = append $ports $port -}}
{{- if not (and (hasKey . "expose") (not .expose)) -}}
{{- $exposed = append $exposed $port -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set . "ports" $ports -}}
{{- $_ := set . "exposed" $exposed -}}
{{- end -}}

{{- /* The name of a port of the Service: the one that `port` names, or the first. `of` is what leads to it. */ -}}
{{- define "bitiq.exposedPort" -}}
{{- $wanted := .port -}}
{{- $found := dict -}}
{{- range .context.exposed -}}
{{- if and (not $found.name) (or (not $wanted) (eq .name $wanted)) -}}
{{- $_ := set $found "name" .name -}}
{{- $_ := set $found "servicePort" .servicePort -}}
{{- end -}}
{{- end -}}
{{- if not $found.name -}}
{{- fail (printf "The service %s has %s, and its Service has no port%s." .context.service.name .of (ternary (printf " named %s" $wanted) "" (not (empty $wanted)))) -}}
{{- end -}}
{{- ternary $found.name (printf "%d" (int64 $found.servicePort)) (eq (.as | default "name") "name") -}}
{{- end -}}
