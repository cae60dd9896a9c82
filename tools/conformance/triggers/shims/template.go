package template

import (
	"encoding/json"
	"net/http"

	triggersv1 "github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
)

func parseJSONPath(input interface{}, expr string) (string, error) {
	out, err := bitiqReal_parseJSONPath(input, expr)
	bitiqRecord("path", map[string]any{"data": input, "expression": expr}, out, err)
	return out, err
}

func tektonJSONPathExpression(expr string) (string, error) {
	out, err := bitiqReal_tektonJSONPathExpression(expr)
	bitiqRecord("expression", map[string]any{"expression": expr}, out, err)
	return out, err
}

func relaxedJSONPathExpression(expr string) (string, error) {
	out, err := bitiqReal_relaxedJSONPathExpression(expr)
	bitiqRecord("relaxed", map[string]any{"expression": expr}, out, err)
	return out, err
}

func findTektonExpressions(in string) ([]string, []string) {
	found, originals := bitiqReal_findTektonExpressions(in)
	bitiqRecord("expressions", map[string]any{"text": in}, map[string]any{"found": found, "originals": originals}, nil)
	return found, originals
}

func applyEventValuesToParams(params []triggersv1.Param, body []byte, header http.Header, extensions map[string]interface{},
	defaults []triggersv1.ParamSpec, triggerContext TriggerContext) ([]triggersv1.Param, error) {
	out, err := bitiqReal_applyEventValuesToParams(params, body, header, extensions, defaults, triggerContext)
	bitiqRecord("bind", map[string]any{
		"params": params, "body": string(body), "header": header, "extensions": extensions,
		"defaults": defaults, "eventID": triggerContext.EventID,
	}, out, err)
	return out, err
}

func ResolveTrigger(trigger triggersv1.Trigger, getTB getTriggerBinding, getCTB getClusterTriggerBinding, getTT getTriggerTemplate) (ResolvedTrigger, error) {
	objects := []any{}
	out, err := bitiqReal_ResolveTrigger(trigger,
		func(name string) (*triggersv1.TriggerBinding, error) {
			found, err := getTB(name)
			if err == nil {
				objects = append(objects, map[string]any{"kind": "TriggerBinding", "name": name, "spec": found.Spec})
			}
			return found, err
		},
		func(name string) (*triggersv1.ClusterTriggerBinding, error) {
			found, err := getCTB(name)
			if err == nil {
				objects = append(objects, map[string]any{"kind": "ClusterTriggerBinding", "name": name, "spec": found.Spec})
			}
			return found, err
		},
		func(name string) (*triggersv1.TriggerTemplate, error) {
			found, err := getTT(name)
			if err == nil {
				objects = append(objects, map[string]any{"kind": "TriggerTemplate", "name": name, "spec": found.Spec})
			}
			return found, err
		})
	result := map[string]any{"params": out.BindingParams}
	if out.TriggerTemplate != nil {
		result["template"] = out.TriggerTemplate.Spec
	}
	bitiqRecord("resolve", map[string]any{"trigger": trigger.Spec, "objects": objects}, result, err)
	return out, err
}

func ResolveResources(template *triggersv1.TriggerTemplate, params []triggersv1.Param) []json.RawMessage {
	uid, real := "", UUID
	UUID = func() string {
		uid = real()
		return uid
	}
	out := bitiqReal_ResolveResources(template, params)
	UUID = real
	texts := []string{}
	for _, one := range out {
		texts = append(texts, string(one))
	}
	raw := []string{}
	for _, one := range template.Spec.ResourceTemplates {
		raw = append(raw, string(one.RawExtension.Raw))
	}
	bitiqRecord("resources", map[string]any{
		"raw": raw, "annotations": template.Annotations, "params": params, "uid": uid,
	}, texts, nil)
	return out
}

func escapeTektonVariables(value string) string {
	out := bitiqReal_escapeTektonVariables(value)
	bitiqRecord("escape", map[string]any{"value": value}, out, nil)
	return out
}

func applyParamsToResourceTemplate(params []triggersv1.Param, rt json.RawMessage, oldEscape bool) json.RawMessage {
	in := map[string]any{"params": params, "raw": string(rt), "oldEscape": oldEscape}
	out := bitiqReal_applyParamsToResourceTemplate(params, rt, oldEscape)
	bitiqRecord("fill", in, string(out), nil)
	return out
}

func applyParamToResourceTemplate(param triggersv1.Param, rt json.RawMessage, oldEscape bool) json.RawMessage {
	in := map[string]any{"params": []triggersv1.Param{param}, "raw": string(rt), "oldEscape": oldEscape}
	out := bitiqReal_applyParamToResourceTemplate(param, rt, oldEscape)
	bitiqRecord("fill", in, string(out), nil)
	return out
}

func applyUIDToResourceTemplate(rt json.RawMessage, uid string) json.RawMessage {
	in := map[string]any{"raw": string(rt), "uid": uid}
	out := bitiqReal_applyUIDToResourceTemplate(rt, uid)
	bitiqRecord("uid", in, string(out), nil)
	return out
}
