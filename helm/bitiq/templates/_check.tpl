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
{{- if not $service.port -}}
{{- fail (printf "The service %s has no port." $service.name) -}}
{{- end -}}
{{- range $kind, $probe := $service.probes -}}
{{- if not $probe.path -}}
{{- fail (printf "The service %s has a %s probe without a path; null removes the probe." $service.name $kind) -}}
{{- end -}}
{{- end -}}
{{- range $label, $_ := $service.podLabels -}}
{{- if or (hasPrefix "app.kubernetes.io/" $label) (hasPrefix "bitiq.io/" $label) -}}
{{- fail (printf "The service %s sets the Pod label %s, which belongs to the chart." $service.name $label) -}}
{{- end -}}
{{- end -}}
{{- $secrets := dict -}}
{{- range $secret := $service.secrets -}}
{{- if hasKey $secrets $secret.name -}}
{{- fail (printf "The service %s lists the secret %s twice." $service.name $secret.name) -}}
{{- end -}}
{{- $_ := set $secrets $secret.name true -}}
{{- end -}}
{{- end -}}
