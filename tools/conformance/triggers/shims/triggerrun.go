package cmd

import (
	"net/http"
	"os"

	triggersv1 "github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
)

func readHTTP(path string) (*http.Request, []byte, error) {
	request, body, err := bitiqReal_readHTTP(path)
	text, _ := os.ReadFile(path)
	out := map[string]any{}
	if err == nil {
		out = map[string]any{"method": request.Method, "url": request.URL.String(), "header": request.Header, "body": string(body)}
	}
	bitiqRecord("request", map[string]any{"request": string(text)}, out, err)
	return request, body, err
}

func readTrigger(path string) ([]*triggersv1.Trigger, error) {
	out, err := bitiqReal_readTrigger(path)
	text, _ := os.ReadFile(path)
	bitiqRecord("trigger", map[string]any{"file": string(text)}, out, err)
	return out, err
}
