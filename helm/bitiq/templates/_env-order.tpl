{{- /*
The names of a service's variables, joined by commas: in alphabetical order, but each after the ones that its value uses as `$(NAME)`.
Kubernetes expands only earlier variables of the list; a later one would stay as text. Refuses a circle.
*/ -}}
{{- define "bitiq.envOrder" -}}
{{- $state := dict "done" dict "order" list -}}
{{- range $name := keys .env | sortAlpha -}}
{{- include "bitiq.envVisit" (dict "name" $name "service" $.service "env" $.env "state" $state "path" list) -}}
{{- end -}}
{{- join "," $state.order -}}
{{- end -}}

{{- define "bitiq.envVisit" -}}
{{- if has .name .path -}}
{{- fail (printf "The service %s has variables that refer to each other in a circle: %s." .service (join ", " (append .path .name))) -}}
{{- end -}}
{{- if not (hasKey .state.done .name) -}}
{{- $value := get .env .name -}}
{{- if not (kindIs "string" $value) -}}
{{- $value = "" -}}
{{- end -}}
{{- if contains "$(" $value -}}
{{- range $found := regexFindAll "\\$\\$|\\$\\([^()]*\\)" $value -1 -}}
{{- $named := trimPrefix "$(" $found | trimSuffix ")" -}}
{{- if and (hasPrefix "$(" $found) (hasKey $.env $named) -}}
{{- include "bitiq.envVisit" (dict "name" $named "service" $.service "env" $.env "state" $.state "path" (append $.path $.name)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $_ := set .state.done .name true -}}
{{- $_ := set .state "order" (append .state.order .name) -}}
{{- end -}}
{{- end -}}
