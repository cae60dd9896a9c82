package cel

import (
	"context"
	"encoding/base64"
	"reflect"
	"strconv"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	triggersv1 "github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
	"github.com/tektoncd/triggers/pkg/interceptors"
)

var bitiqSecrets map[string]map[string]string

type bitiqGetter struct{ real interceptors.SecretGetter }

func (g bitiqGetter) Get(ctx context.Context, ns string, sr *triggersv1.SecretRef) ([]byte, error) {
	value, err := g.real.Get(ctx, ns, sr)
	if err == nil {
		bitiqLock.Lock()
		defer bitiqLock.Unlock()
		if bitiqSecrets[sr.SecretName] == nil {
			bitiqSecrets[sr.SecretName] = map[string]string{}
		}
		bitiqSecrets[sr.SecretName][sr.SecretKey] = string(value)
	}
	return value, err
}

func makeCelEnv(ctx context.Context, ns string, sg interceptors.SecretGetter) (*cel.Env, error) {
	bitiqLock.Lock()
	bitiqSecrets = map[string]map[string]string{}
	bitiqLock.Unlock()
	return bitiqReal_makeCelEnv(ctx, ns, bitiqGetter{sg})
}

func evaluate(expr string, env *cel.Env, data map[string]interface{}) (ref.Val, error) {
	out, err := bitiqReal_evaluate(expr, env, data)
	bitiqRecord("cel", map[string]any{
		"expression": expr, "data": bitiqTyped(data), "secrets": bitiqSecrets,
	}, bitiqCelValue(out), err)
	return out, err
}

func (w *InterceptorImpl) Process(ctx context.Context, r *triggersv1.InterceptorRequest) *triggersv1.InterceptorResponse {
	out := w.bitiqReal_Process(ctx, r)
	bitiqRecord("cel interceptor", map[string]any{"request": r, "secrets": bitiqSecrets}, out, nil)
	return out
}

func bitiqCelValue(value ref.Val) any {
	switch found := value.(type) {
	case nil:
		return nil
	case types.Null:
		return nil
	case types.Bool:
		return bool(found)
	case types.String:
		return string(found)
	case types.Int:
		return map[string]any{"~int": strconv.FormatInt(int64(found), 10)}
	case types.Uint:
		return map[string]any{"~uint": strconv.FormatUint(uint64(found), 10)}
	case types.Double:
		return map[string]any{"~double": strconv.FormatFloat(float64(found), 'g', -1, 64)}
	case types.Bytes:
		return map[string]any{"~bytes": base64.StdEncoding.EncodeToString(found)}
	case traits.Lister:
		items := []any{}
		for at := found.Iterator(); at.HasNext() == types.True; {
			items = append(items, bitiqCelValue(at.Next()))
		}
		return items
	case traits.Mapper:
		items := map[string]any{}
		for at := found.Iterator(); at.HasNext() == types.True; {
			key := at.Next()
			name, _ := key.ConvertToType(types.StringType).(types.String)
			items[string(name)] = bitiqCelValue(found.Get(key))
		}
		return items
	default:
		return map[string]any{"~" + reflect.TypeOf(value).String(): value.ConvertToType(types.StringType).Value()}
	}
}
