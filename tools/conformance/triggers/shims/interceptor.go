// Package shim stands for each of the interceptors that only look at headers, body and secrets.
package shim

import (
	"context"

	triggersv1 "github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
	"github.com/tektoncd/triggers/pkg/interceptors"
)

type bitiqGetter struct {
	real    interceptors.SecretGetter
	secrets map[string]map[string]string
}

func (g bitiqGetter) Get(ctx context.Context, ns string, sr *triggersv1.SecretRef) ([]byte, error) {
	value, err := g.real.Get(ctx, ns, sr)
	if err == nil {
		if g.secrets[sr.SecretName] == nil {
			g.secrets[sr.SecretName] = map[string]string{}
		}
		g.secrets[sr.SecretName][sr.SecretKey] = string(value)
	}
	return value, err
}

func (w *InterceptorImpl) Process(ctx context.Context, r *triggersv1.InterceptorRequest) *triggersv1.InterceptorResponse {
	secrets := map[string]map[string]string{}
	watched := *w
	if w.SecretGetter != nil {
		watched.SecretGetter = bitiqGetter{w.SecretGetter, secrets}
	}
	exchanges := bitiqExchanges()
	out := watched.bitiqReal_Process(ctx, r)
	bitiqRecord("interceptor", map[string]any{
		"name": bitiqPackage, "request": r, "secrets": secrets, "exchanges": exchanges(),
	}, out, nil)
	return out
}
