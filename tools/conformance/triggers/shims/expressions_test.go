package cel

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/tektoncd/triggers/pkg/interceptors"
	fakekube "k8s.io/client-go/kubernetes/fake"
)

// TestExpressionsOfBitiq evaluates expressions for the functions that the package's own tests do not call.
func TestExpressionsOfBitiq(t *testing.T) {
	text, err := os.ReadFile(os.Getenv("BITIQ_EXPRESSIONS"))
	if err != nil {
		t.Fatal(err)
	}
	var given struct {
		Body        map[string]interface{}
		Header      http.Header
		RequestURL  string
		Expressions []string
	}
	if err := json.Unmarshal(text, &given); err != nil {
		t.Fatal(err)
	}
	secrets := interceptors.DefaultSecretGetter(fakekube.NewSimpleClientset().CoreV1())
	env, err := makeCelEnv(context.Background(), "default", secrets)
	if err != nil {
		t.Fatal(err)
	}
	for _, expression := range given.Expressions {
		func() {
			defer func() {
				if problem := recover(); problem != nil {
					t.Errorf("%s: %v", expression, problem)
				}
			}()
			_, _ = evaluate(expression, env, map[string]interface{}{
				"body": given.Body, "header": given.Header, "requestURL": given.RequestURL,
				"extensions": map[string]interface{}{},
			})
		}()
	}
}
