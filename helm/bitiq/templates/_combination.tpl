{{- /*
Sets in `into`: tags (service → tag), composite (the composite version), id (the release id) and labels (those that all
objects share). Computed once for all services; refuses what would make the combination ambiguous.
*/ -}}
{{- define "bitiq.combination" -}}
{{- $tags := dict -}}
{{- range $index, $service := .root.Values.services -}}
{{- include "bitiq.checkIdentity" (dict "index" $index "service" $service "tags" $tags) -}}
{{- $_ := set $tags $service.name $service.image.tag -}}
{{- end -}}
{{- $parts := list -}}
{{- range $name, $tag := $tags -}}
{{- /* A range over a map goes by the order of its keys' bytes. */ -}}
{{- $parts = mustAppend $parts (printf "%s-%s" $name $tag) -}}
{{- end -}}
{{- $composite := join "_" $parts -}}
{{- $_ := set .into "tags" $tags -}}
{{- $_ := set .into "composite" $composite -}}
{{- $_ := set .into "id" ($composite | sha256sum | trunc 12) -}}
{{- $_ := set .into "labels" (include "bitiq.sharedLabels" (dict "root" .root)) -}}
{{- end -}}
