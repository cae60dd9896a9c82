package template

import (
	"encoding/json"
	"net/http"
	"os"
	"testing"

	triggersv1 "github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
)

// TestBindingsOfBitiq binds values for the parts of JSON and JSONPath that the package's own tests do not touch.
func TestBindingsOfBitiq(t *testing.T) {
	text, err := os.ReadFile(os.Getenv("BITIQ_BINDINGS"))
	if err != nil {
		t.Fatal(err)
	}
	var given struct {
		Body       string
		Header     http.Header
		Extensions map[string]interface{}
		Values     []string
	}
	if err := json.Unmarshal(text, &given); err != nil {
		t.Fatal(err)
	}
	for _, value := range given.Values {
		params := []triggersv1.Param{{Name: "p", Value: value}}
		_, _ = applyEventValuesToParams(params, []byte(given.Body), given.Header, given.Extensions, nil, NewTriggerContext("id"))
	}
}
