package sink

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"

	triggersv1 "github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
	"go.uber.org/zap"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

var bitiqCreated []any

func (r Sink) HandleEvent(response http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	request.Body = io.NopCloser(bytes.NewReader(body))
	in := r.bitiqWorld()
	in["request"] = bitiqRequest(request, body)
	bitiqLock.Lock()
	bitiqCreated = []any{}
	bitiqLock.Unlock()
	written := httptest.NewRecorder()
	r.bitiqReal_HandleEvent(written, request)
	r.WGProcessTriggers.Wait()
	bitiqAnswer("event", in, written, response)
}

func (r Sink) IsValidPayload(eventHandler http.Handler) http.Handler {
	real := r.bitiqReal_IsValidPayload(eventHandler)
	return http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
		body, problem := io.ReadAll(request.Body)
		request.Body = io.NopCloser(bytes.NewReader(body))
		if problem != nil {
			real.ServeHTTP(response, request)
			return
		}
		in := map[string]any{
			"request": bitiqRequest(request, body), "validates": r.PayloadValidation,
			"name": r.EventListenerName, "namespace": r.EventListenerNamespace,
		}
		written := httptest.NewRecorder()
		real.ServeHTTP(written, request)
		bitiqAnswer("payload", in, written, response)
	})
}

func (r Sink) CreateResources(triggerNS, sa string, res []json.RawMessage, triggerName, eventID string, log *zap.SugaredLogger) error {
	err := r.bitiqReal_CreateResources(triggerNS, sa, res, triggerName, eventID, log)
	texts := []string{}
	for _, one := range res {
		texts = append(texts, string(one))
	}
	bitiqLock.Lock()
	defer bitiqLock.Unlock()
	bitiqCreated = append(bitiqCreated, map[string]any{"namespace": triggerNS, "trigger": triggerName, "resources": texts})
	return err
}

func (r Sink) ExecuteInterceptors(trInt []*triggersv1.TriggerInterceptor, in *http.Request, event []byte, log *zap.SugaredLogger, eventID string, triggerID string, namespace string, extensions map[string]interface{}) ([]byte, http.Header, *triggersv1.InterceptorResponse, error) {
	given := map[string]any{"secrets": r.bitiqWorld()["secrets"]}
	given["interceptors"], given["request"], given["extensions"] = trInt, bitiqRequest(in, event), extensions
	payload, header, answer, err := r.bitiqReal_ExecuteInterceptors(trInt, in, event, log, eventID, triggerID, namespace, extensions)
	bitiqRecord("chain", given, map[string]any{"payload": string(payload), "header": header, "answer": answer}, err)
	return payload, header, answer, err
}

func bitiqRequest(request *http.Request, body []byte) map[string]any {
	return map[string]any{
		"method": request.Method, "url": request.URL.String(), "header": request.Header.Clone(), "body": string(body),
	}
}

func bitiqAnswer(kind string, in map[string]any, written *httptest.ResponseRecorder, response http.ResponseWriter) {
	bitiqLock.Lock()
	created := bitiqCreated
	bitiqLock.Unlock()
	bitiqRecord(kind, in, map[string]any{"status": written.Code, "body": written.Body.String(), "created": created}, nil)
	for name, values := range written.Header() {
		response.Header()[name] = values
	}
	response.WriteHeader(written.Code)
	_, _ = response.Write(written.Body.Bytes())
}

// bitiqWorld is all that the sink can read.
func (r Sink) bitiqWorld() map[string]any {
	world := map[string]any{"name": r.EventListenerName, "namespace": r.EventListenerNamespace}
	secrets := map[string]map[string]string{}
	if r.KubeClientSet != nil {
		if list, err := r.KubeClientSet.CoreV1().Secrets("").List(context.Background(), metav1.ListOptions{}); err == nil {
			for _, one := range list.Items {
				secrets[one.Name] = map[string]string{}
				for key, value := range one.Data {
					secrets[one.Name][key] = string(value)
				}
			}
		}
	}
	world["secrets"] = secrets
	if r.EventListenerLister != nil {
		world["EventListener"], _ = r.EventListenerLister.List(labels.Everything())
	}
	if r.TriggerLister != nil {
		world["Trigger"], _ = r.TriggerLister.List(labels.Everything())
	}
	if r.TriggerBindingLister != nil {
		world["TriggerBinding"], _ = r.TriggerBindingLister.List(labels.Everything())
	}
	if r.ClusterTriggerBindingLister != nil {
		world["ClusterTriggerBinding"], _ = r.ClusterTriggerBindingLister.List(labels.Everything())
	}
	if r.TriggerTemplateLister != nil {
		world["TriggerTemplate"], _ = r.TriggerTemplateLister.List(labels.Everything())
	}
	return world
}
