{{- /* Refuses an entry of `services:` with a wrong name, tag or repository; `tags` contains the entries before it. */ -}}
{{- define "bitiq.checkIdentity" -}}
{{- $name := toString .service.name -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$" $name) -}}
{{- fail (printf "services[%d]: %q cannot name a service: lower-case letters, digits and dashes, starting with a letter, at most 40 characters." .index $name) -}}
{{- end -}}
{{- if hasKey .tags $name -}}
{{- fail (printf "services[%d]: the service %s is in the list twice; each name belongs to one entry." .index $name) -}}
{{- end -}}
{{- $tag := toString ((.service.image).tag | default "") -}}
{{- if not (regexMatch "^v(0|[1-9][0-9]{0,14})\\.(0|[1-9][0-9]{0,14})\\.(0|[1-9][0-9]{0,14})-(0|[1-9][0-9]{0,14})\\.g([0-9a-f]{7,40})$" $tag) -}}
{{- fail (printf "The service %s has the tag %q, which does not have the form vX.Y.Z-N.g<sha>; `bitiq tag` prints the tag of a commit." $name $tag) -}}
{{- end -}}
{{- $repository := toString ((.service.image).repository | default "") -}}
{{- if and (ne (base $repository) $name) (not .service.image.nameOverride) -}}
{{- fail (printf "The service %s has the repository %s, which is named after another service; set image.nameOverride: true if that is meant." $name $repository) -}}
{{- end -}}
{{- end -}}

{{- /* Refuses conflicting settings of one service, after its defaults are merged in. */ -}}
{{- define "bitiq.checkService" -}}
{{- $service := .service -}}
{{- range $kind, $probe := $service.probes -}}
{{- if not (or $probe.path $probe.exec $probe.tcpSocket (hasKey $probe "grpc")) -}}
{{- fail (printf "The service %s has a %s probe without path, tcpSocket, grpc or exec; null removes the probe." $service.name $kind) -}}
{{- end -}}
{{- end -}}
{{- range $labels := list $service.podLabels $service.commonLabels -}}
{{- range $label, $_ := $labels -}}
{{- if or (hasPrefix "app.kubernetes.io/" $label) (hasPrefix "bitiq.io/" $label) -}}
{{- fail (printf "The service %s sets the label %s, which belongs to the chart." $service.name $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "bitiq.checkKind" . -}}
{{- $secrets := dict -}}
{{- range $secret := $service.secrets -}}
{{- if hasKey $secrets $secret.name -}}
{{- fail (printf "The service %s lists the secret %s twice." $service.name $secret.name) -}}
{{- end -}}
{{- $_ := set $secrets $secret.name true -}}
{{- end -}}
{{- end -}}

{{- /* Refuses settings that another kind of workload has. */ -}}
{{- define "bitiq.checkKind" -}}
{{- $service := .service -}}
{{- if and $service.volumeClaimTemplates (ne .kind "StatefulSet") -}}
{{- fail (printf "The service %s has volumeClaimTemplates and is a %s; only a StatefulSet has them." $service.name .kind) -}}
{{- end -}}
{{- range $setting := list "ingress" "httpRoute" "grpcRoute" "monitor" -}}
{{- if and (get $service $setting | default dict).enabled (not $.ports) -}}
{{- fail (printf "The service %s has %s.enabled, and no port that it could lead to." $service.name $setting) -}}
{{- end -}}
{{- end -}}
{{- end -}}
