// Package shim is put into a package of Tekton Triggers: it writes what a function was given and what it gave, one line of
// JSON a call, into the folder that BITIQ_RECORDS names.
package shim

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strconv"
	"sync"
)

var (
	bitiqLock     sync.Mutex
	bitiqTestName = regexp.MustCompile(`\.(Test\w+)`)
)

// bitiqRecord writes one call. Values are JSON as the package itself writes it.
func bitiqRecord(kind string, in map[string]any, out any, err error) {
	line := map[string]any{"kind": kind, "test": bitiqTest(), "in": in, "out": out}
	if err != nil {
		line["error"] = err.Error()
	}
	text, problem := json.Marshal(line)
	if problem != nil {
		text, _ = json.Marshal(map[string]any{"kind": kind, "test": bitiqTest(), "unprintable": problem.Error()})
	}
	bitiqLock.Lock()
	defer bitiqLock.Unlock()
	name := filepath.Join(os.Getenv("BITIQ_RECORDS"), strconv.Itoa(os.Getpid())+".jsonl")
	file, problem := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if problem != nil {
		panic(problem)
	}
	defer file.Close()
	if _, problem := file.Write(append(text, '\n')); problem != nil {
		panic(problem)
	}
}

// bitiqTest is the test that is running, when it is in this goroutine, else the program of the package's tests.
func bitiqTest() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers)])
	for {
		frame, more := frames.Next()
		if found := bitiqTestName.FindStringSubmatch(frame.Function); found != nil {
			return found[1]
		}
		if !more {
			return filepath.Base(os.Args[0])
		}
	}
}

// bitiqTyped is a value that keeps what JSON loses: whole numbers are {"~int": "1"}, bytes {"~bytes": base64}.
func bitiqTyped(value any) any {
	read := reflect.ValueOf(value)
	switch read.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return map[string]any{"~int": strconv.FormatInt(read.Int(), 10)}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return map[string]any{"~uint": strconv.FormatUint(read.Uint(), 10)}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"~double": strconv.FormatFloat(read.Float(), 'g', -1, 64)}
	case reflect.Slice, reflect.Array:
		if bytes, ok := value.([]byte); ok {
			return map[string]any{"~bytes": base64.StdEncoding.EncodeToString(bytes)}
		}
		items := make([]any, read.Len())
		for i := range items {
			items[i] = bitiqTyped(read.Index(i).Interface())
		}
		return items
	case reflect.Map:
		items := map[string]any{}
		for _, key := range read.MapKeys() {
			items[fmt.Sprint(key.Interface())] = bitiqTyped(read.MapIndex(key).Interface())
		}
		return items
	default:
		return value
	}
}
