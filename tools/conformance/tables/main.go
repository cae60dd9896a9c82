// Command tables changes the test files that it is given: every table that a test ranges over is printed before its cases run,
// one line of JSON a table, into the file that BITIQ_TABLES names. The files belong to a copy of a Go module, made for this.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	done := map[string]bool{}
	for _, path := range os.Args[1:] {
		name, err := instrument(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if key := filepath.Dir(path) + name; !done[key] {
			done[key] = true
			text := strings.Replace(dumper, "package dump", "package "+name, 1)
			file := filepath.Join(filepath.Dir(path), "bitiq_"+name+"_dump_test.go")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}

// instrument wraps what each range statement of a test goes over, when its body runs cases, and gives the package's name.
func instrument(path string) (string, error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
	if err != nil {
		return "", err
	}
	for _, declaration := range file.Decls {
		test, ok := declaration.(*ast.FuncDecl)
		if !ok || test.Body == nil || !strings.HasPrefix(test.Name.Name, "Test") {
			continue
		}
		ast.Inspect(test.Body, func(node ast.Node) bool {
			loop, ok := node.(*ast.RangeStmt)
			if ok && runsCases(loop.Body) {
				loop.X = &ast.CallExpr{Fun: ast.NewIdent("dumpTable"), Args: []ast.Expr{ast.NewIdent("t"), loop.X}}
			}
			return !ok
		})
	}
	out, err := os.Create(path)
	if err != nil {
		return "", err
	}
	defer out.Close()
	return file.Name.Name, printer.Fprint(out, files, file)
}

func runsCases(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok {
			if selector, ok := call.Fun.(*ast.SelectorExpr); ok && selector.Sel.Name == "Run" {
				found = true
			}
		}
		return !found
	})
	return found
}

const dumper = `package dump

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

func dumpTable[T any](t *testing.T, table T) T {
	line, err := json.Marshal(map[string]any{"test": t.Name(), "rows": dumpValue(reflect.ValueOf(table), 0)})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(os.Getenv("BITIQ_TABLES"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	return table
}

func dumpValue(value reflect.Value, depth int) any {
	if depth > 24 {
		return nil
	}
	switch value.Kind() {
	case reflect.Bool:
		return value.Bool()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return value.Int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return value.Uint()
	case reflect.Float32, reflect.Float64:
		return value.Float()
	case reflect.String:
		return value.String()
	case reflect.Pointer, reflect.Interface:
		if value.IsNil() {
			return nil
		}
		return dumpValue(value.Elem(), depth+1)
	case reflect.Slice, reflect.Array:
		if value.Kind() == reflect.Slice && value.IsNil() {
			return nil
		}
		if value.Type().Elem().Kind() == reflect.Uint8 {
			bytes := make([]byte, value.Len())
			for i := range bytes {
				bytes[i] = byte(value.Index(i).Uint())
			}
			return string(bytes)
		}
		items := make([]any, value.Len())
		for i := range items {
			items[i] = dumpValue(value.Index(i), depth+1)
		}
		return items
	case reflect.Map:
		items := map[string]any{}
		for _, key := range value.MapKeys() {
			name, _ := json.Marshal(dumpValue(key, depth+1))
			var text string
			if json.Unmarshal(name, &text) != nil {
				text = string(name)
			}
			items[text] = dumpValue(value.MapIndex(key), depth+1)
		}
		return items
	case reflect.Struct:
		fields := map[string]any{}
		for i := range value.NumField() {
			fields[value.Type().Field(i).Name] = dumpValue(value.Field(i), depth+1)
		}
		return fields
	default:
		return nil
	}
}
`
