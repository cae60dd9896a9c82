{{- /*
Merges the second map over the first, in place, and prints nothing. Maps merge key by key; lists and single values
replace; null removes. (sprig's mergeOverwrite would keep a default if the second map has false, 0 or "".)
*/ -}}
{{- define "bitiq.merge" -}}
{{- $into := index . 0 -}}
{{- range $key, $value := index . 1 -}}
{{- if kindIs "invalid" $value -}}
{{- $_ := unset $into $key -}}
{{- else if and (kindIs "map" $value) (kindIs "map" (get $into $key)) -}}
{{- include "bitiq.merge" (list (get $into $key) $value) -}}
{{- else if kindIs "map" $value -}}
{{- $copy := dict -}}
{{- include "bitiq.merge" (list $copy $value) -}}
{{- $_ := set $into $key $copy -}}
{{- else -}}
{{- $_ := set $into $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}
