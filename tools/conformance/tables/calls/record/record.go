// Package bitiqrecord prints calls out of tests, one line of JSON each, into the file that BITIQ_CALLS names.
package bitiqrecord

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/tektoncd/pipeline/pkg/apis/config"
)

var (
	names sync.Map
	last  sync.Map
	mutex sync.Mutex
)

// Enter says which test or subtest runs in this goroutine.
func Enter(name string) {
	names.Store(goroutine(), name)
	last.Store("", name)
}

func goroutine() string {
	buffer := make([]byte, 64)
	return string(bytes.Fields(buffer[:runtime.Stack(buffer, false)])[1])
}

// Call is a call out of a test; nil for any other.
type Call struct {
	Test      string `json:"test"`
	Package   string `json:"package"`
	Function  string `json:"function"`
	Arguments []any  `json:"arguments"`
	After     []any  `json:"after"`
	Results   []any  `json:"results"`
}

// Start keeps the arguments as they are before the call, when the caller stands in a test file.
func Start(pkg, function string, arguments ...any) *Call {
	callers := make([]uintptr, 1)
	runtime.Callers(3, callers)
	frame, _ := runtime.CallersFrames(callers).Next()
	if os.Getenv("BITIQ_CALLS") == "" || !strings.HasSuffix(frame.File, "_test.go") {
		return nil
	}
	return StartAnywhere(pkg, function, arguments...)
}

// StartAnywhere does the same for any caller; a goroutine that no test is known of belongs to the last one.
func StartAnywhere(pkg, function string, arguments ...any) *Call {
	test, ok := names.Load(goroutine())
	if !ok {
		test, ok = last.Load("")
	}
	if !ok || os.Getenv("BITIQ_CALLS") == "" {
		return nil
	}
	return &Call{Test: test.(string), Package: pkg, Function: function, Arguments: values(arguments)}
}

// End prints the call.
func (c *Call) End(arguments []any, results []any) {
	if c == nil {
		return
	}
	c.After, c.Results = values(arguments), values(results)
	line, err := json.Marshal(c)
	if err != nil {
		panic(err)
	}
	mutex.Lock()
	defer mutex.Unlock()
	file, err := os.OpenFile(os.Getenv("BITIQ_CALLS"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if _, err := file.Write(append(line, '\n')); err != nil {
		panic(err)
	}
}

func values(all []any) []any {
	out := make([]any, len(all))
	for i, one := range all {
		if ctx, ok := one.(context.Context); ok {
			out[i] = settings(ctx)
		} else {
			out[i] = value(reflect.ValueOf(one), 0)
		}
	}
	return out
}

// settings gives the feature flags and defaults that are not as usual.
func settings(ctx context.Context) map[string]any {
	changed := map[string]any{}
	given := config.FromContextOrDefaults(ctx)
	if given.FeatureFlags == nil {
		return changed
	}
	flags, _ := config.NewFeatureFlagsFromMap(map[string]string{})
	defaults, _ := config.NewDefaultsFromMap(map[string]string{})
	differences(given.FeatureFlags, flags, changed)
	differences(given.Defaults, defaults, changed)
	return changed
}

func differences[T any](given *T, usual *T, changed map[string]any) {
	if given == nil {
		return
	}
	one, other := reflect.ValueOf(given).Elem(), reflect.ValueOf(usual).Elem()
	for i := range one.NumField() {
		if value := one.Field(i).Interface(); !reflect.DeepEqual(value, other.Field(i).Interface()) {
			changed[one.Type().Field(i).Name] = value
		}
	}
}

func value(of reflect.Value, depth int) any {
	if !of.IsValid() || depth > 20 {
		return nil
	}
	if err, ok := asError(of); ok {
		return err
	}
	if of.CanInterface() && !isNil(of) && of.Kind() != reflect.Interface {
		if of.Type().Name() == "ParamValue" {
			return paramValue(of)
		}
		if text, ok := marshalled(of); ok {
			return text
		}
	}
	switch of.Kind() {
	case reflect.Bool:
		return of.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return of.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return of.Uint()
	case reflect.Float32, reflect.Float64:
		return of.Float()
	case reflect.String:
		return of.String()
	case reflect.Pointer, reflect.Interface:
		return value(of.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		if isNil(of) {
			return nil
		}
		if of.Type().Elem().Kind() == reflect.Uint8 && of.Kind() == reflect.Slice {
			return string(of.Bytes())
		}
		items := make([]any, of.Len())
		for i := range items {
			items[i] = value(of.Index(i), depth+1)
		}
		return items
	case reflect.Map:
		items := map[string]any{}
		for _, key := range of.MapKeys() {
			name := key.String()
			if key.Kind() != reflect.String {
				text, _ := json.Marshal(value(key, depth+1))
				name = string(text)
			}
			items[name] = value(of.MapIndex(key), depth+1)
		}
		return items
	case reflect.Struct:
		if strings.HasSuffix(of.Type().PkgPath(), "/pipeline/dag") && of.Type().Name() == "Node" {
			return previous(of)
		}
		return fields(of, depth)
	default:
		return nil
	}
}

// marshalled gives the JSON of what makes its own, such as times and quantities.
func marshalled(of reflect.Value) (json.RawMessage, bool) {
	seen := of
	if of.Kind() != reflect.Pointer {
		seen = reflect.New(of.Type())
		seen.Elem().Set(of)
	}
	one, ok := seen.Interface().(json.Marshaler)
	if !ok || seen.Type().Elem().Name() == "ParamValue" {
		return nil, false
	}
	text, err := one.MarshalJSON()
	return text, err == nil && json.Valid(text)
}

// paramValue gives a value of a parameter also when its type is left out, or when it is empty.
func paramValue(of reflect.Value) any {
	array, object := of.FieldByName("ArrayVal"), of.FieldByName("ObjectVal")
	switch kind := of.FieldByName("Type").String(); {
	case kind == "array" || kind == "" && !array.IsNil():
		return append([]string{}, array.Interface().([]string)...)
	case kind == "object" || kind == "" && !object.IsNil():
		items := map[string]string{}
		for key, item := range object.Interface().(map[string]string) {
			items[key] = item
		}
		return items
	default:
		return of.FieldByName("StringVal").String()
	}
}

// previous gives the names of the nodes before one of a graph, which otherwise would be printed with all that is around it.
func previous(node reflect.Value) []string {
	names := []string{}
	for i := range node.FieldByName("Prev").Len() {
		names = append(names, node.FieldByName("Prev").Index(i).Elem().FieldByName("Key").String())
	}
	return names
}

// fields gives a struct's fields by the names of their JSON, else of Go, also those that no other package can see.
func fields(of reflect.Value, depth int) any {
	if !of.CanAddr() {
		seen := reflect.New(of.Type()).Elem()
		if of.CanInterface() {
			seen.Set(of)
			of = seen
		}
	}
	items := map[string]any{}
	for i := range of.NumField() {
		field, one := of.Type().Field(i), of.Field(i)
		if !one.CanInterface() && one.CanAddr() {
			one = reflect.NewAt(one.Type(), unsafe.Pointer(one.UnsafeAddr())).Elem()
		}
		name, more, _ := strings.Cut(field.Tag.Get("json"), ",")
		if strings.Contains(more, "omitempty") && one.IsZero() {
			continue
		}
		given := value(one, depth+1)
		if inlined, ok := given.(map[string]any); ok && field.Anonymous && name == "" {
			for key, item := range inlined {
				items[key] = item
			}
			continue
		}
		if name == "" {
			name = field.Name
		}
		items[name] = given
	}
	return items
}

func asError(of reflect.Value) (any, bool) {
	if !of.CanInterface() || isNil(of) {
		return nil, false
	}
	if err, ok := of.Interface().(error); ok {
		given := map[string]any{"error": err.Error()}
		if of.Kind() == reflect.Pointer && of.Type().Elem().Name() == "FieldError" {
			given["faults"] = faults(of.Elem(), nil)
		}
		return given, true
	}
	return nil, false
}

// faults gives what a FieldError says, one by one.
func faults(of reflect.Value, all []any) []any {
	if message := of.FieldByName("Message").String(); message != "" {
		paths := []string{}
		for i := range of.FieldByName("Paths").Len() {
			paths = append(paths, of.FieldByName("Paths").Index(i).String())
		}
		all = append(all, map[string]any{"message": message, "paths": paths, "isWarning": of.FieldByName("Level").Int() > 0})
	}
	for i := range of.FieldByName("errors").Len() {
		all = faults(of.FieldByName("errors").Index(i), all)
	}
	return all
}

func isNil(of reflect.Value) bool {
	switch of.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Func, reflect.Chan:
		return of.IsNil()
	default:
		return false
	}
}
