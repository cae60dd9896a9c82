{{- /*
Sets in `into`: tags (service → tag), composite (the composite version), id (the release id) and labels (shared by all
objects). Computed once for all services. Refuses entries that would make the combination ambiguous.
*/ -}}
{{- define "bitiq.combination" -}}
{{- $tags := dict -}}
{{- range $index, $service := .root.Values.services -}}
{{- include "bitiq.checkIdentity" (dict "index" $index "service" $service "tags" $tags) -}}
{{- $_ := set $tags $service.name $service.image.tag -}}
{{- end -}}
{{- $parts := list -}}
{{- range $name, $tag := $tags -}}
{{- /* A range over a map sorts the keys by their bytes. */ -}}
{{- $parts = mustAppend $parts (printf "%s-%s" $name $tag) -}}
{{- end -}}
{{- $composite := join "_" $parts -}}
{{- $_ := set .into "tags" $tags -}}
{{- $_ := set .into "composite" $composite -}}
{{- $_ := set .into "id" ($composite | sha256sum | trunc 12) -}}
{{- $_ := set .into "labels" (include "bitiq.sharedLabels" (dict "root" .root)) -}}
{{- end -}}
