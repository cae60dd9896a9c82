package resources

import (
	"encoding/json"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func addLabels(us *unstructured.Unstructured, labelsToAdd map[string]string) (*unstructured.Unstructured, error) {
	before, _ := json.Marshal(us.Object)
	out, err := bitiqReal_addLabels(us, labelsToAdd)
	var after any
	if err == nil {
		after = out.Object
	}
	bitiqRecord("labels", map[string]any{"object": json.RawMessage(before), "labels": labelsToAdd}, after, err)
	return out, err
}
