// Command calls changes a copy of a Go module so that its tests print what they call: each function named is wrapped so that a
// call out of a test is printed as JSON, with its arguments before and after and with what it gives back.
//
// It reads {"module": path, "folder": path, "packages": {"pkg/x": ["Func", "Type.Method"]}} from its input.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed record/record.go
var recorder []byte

type request struct {
	Module   string
	Folder   string
	Packages map[string][]string
}

func main() {
	var asked request
	must(json.NewDecoder(os.Stdin).Decode(&asked))
	must(os.Mkdir(filepath.Join(asked.Folder, "pkg/bitiqrecord"), 0o700))
	asked.put("pkg/bitiqrecord/record.go", recorder)
	for name, functions := range asked.Packages {
		asked.wrapPackage(name, functions)
	}
}

func (o *request) wrapPackage(name string, functions []string) {
	paths, err := filepath.Glob(filepath.Join(o.Folder, name, "*.go"))
	must(err)
	helped := map[string]bool{}
	found := map[string]bool{}
	for _, path := range paths {
		source, err := os.ReadFile(path)
		must(err)
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, source, 0)
		must(err)
		edits := &edited{source: source, files: files}
		if strings.HasSuffix(path, "_test.go") {
			nameTests(edits, file)
			if key := file.Name.Name; !helped[key] && len(edits.inserts) > 0 {
				helped[key] = true
				text := fmt.Sprintf("package %s\n\nimport %q\n\nfunc bitiqEnter(t interface{ Name() string }) { bitiqrecord.Enter(t.Name()) }\n", key, o.recordPath())
				o.put(filepath.Join(name, "bitiq_"+key+"_enter_test.go"), []byte(text))
			}
		} else {
			for _, function := range wrapFunctions(edits, file, name, functions) {
				found[function] = true
			}
			if len(edits.inserts) > 0 {
				edits.insert(file.Name.End(), fmt.Sprintf("; import %q", o.recordPath()))
			}
		}
		if len(edits.inserts) > 0 {
			relative, err := filepath.Rel(o.Folder, path)
			must(err)
			o.put(relative, edits.apply())
		}
	}
	for _, function := range functions {
		if !found[function] {
			must(fmt.Errorf("%s has no function %s", name, function))
		}
	}
}

func (o *request) recordPath() string { return o.Module + "/pkg/bitiqrecord" }

func (o *request) put(relative string, text []byte) {
	must(os.WriteFile(filepath.Join(o.Folder, relative), text, 0o600))
}

// nameTests lets every test and subtest say its name first.
func nameTests(edits *edited, file *ast.File) {
	ast.Inspect(file, func(node ast.Node) bool {
		switch function := node.(type) {
		case *ast.FuncDecl:
			if function.Body != nil && strings.HasPrefix(function.Name.Name, "Test") {
				enter(edits, function.Type, function.Body)
			}
		case *ast.FuncLit:
			enter(edits, function.Type, function.Body)
		}
		return true
	})
}

func enter(edits *edited, signature *ast.FuncType, body *ast.BlockStmt) {
	if len(signature.Params.List) != 1 || len(signature.Params.List[0].Names) != 1 {
		return
	}
	parameter := signature.Params.List[0]
	if edits.text(parameter.Type) == "*testing.T" && parameter.Names[0].Name != "_" {
		edits.insert(body.Lbrace+1, fmt.Sprintf(" bitiqEnter(%s);", parameter.Names[0].Name))
	}
}

// wrapFunctions renames the functions and puts others in their places, which print the call; it gives the names found.
func wrapFunctions(edits *edited, file *ast.File, pkg string, functions []string) []string {
	var found []string
	for _, declaration := range file.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Type.TypeParams != nil {
			continue
		}
		name, receiver, target := function.Name.Name, "", "bitiqOriginal_"+function.Name.Name
		inputs := []string{}
		if function.Recv != nil {
			of := edits.text(function.Recv.List[0].Type)
			name = strings.TrimPrefix(of, "*") + "." + name
			receiver, target, inputs = fmt.Sprintf("(self %s) ", of), "self."+target, append(inputs, "self")
		}
		start := "Start"
		if slices.Contains(functions, "+"+name) {
			name, start = "+"+name, "StartAnywhere"
		} else if !slices.Contains(functions, name) {
			continue
		}
		found = append(found, name)
		edits.insert(function.Name.Pos(), "bitiqOriginal_")
		var declared, passed, outputs, types []string
		for _, field := range function.Type.Params.List {
			for range max(1, len(field.Names)) {
				parameter := fmt.Sprintf("p%d", len(declared))
				declared = append(declared, parameter+" "+edits.text(field.Type))
				inputs = append(inputs, parameter)
				if _, ok := field.Type.(*ast.Ellipsis); ok {
					parameter += "..."
				}
				passed = append(passed, parameter)
			}
		}
		if function.Type.Results != nil {
			for _, field := range function.Type.Results.List {
				for range max(1, len(field.Names)) {
					outputs = append(outputs, fmt.Sprintf("r%d", len(outputs)))
					types = append(types, edits.text(field.Type))
				}
			}
		}
		call := fmt.Sprintf("%s(%s)", target, strings.Join(passed, ", "))
		given := strings.Join(outputs, ", ")
		if len(outputs) > 0 {
			call = given + " := " + call
		}
		edits.tail += fmt.Sprintf("\nfunc %s%s(%s) (%s) {\n\tcall := bitiqrecord.%s(%q, %q, %s)\n\t%s\n\tcall.End([]any{%s}, []any{%s})\n\treturn %s\n}\n",
			receiver, function.Name.Name, strings.Join(declared, ", "), strings.Join(types, ", "),
			start, pkg, strings.TrimPrefix(name, "+"), strings.Join(inputs, ", "), call, strings.Join(inputs, ", "), given, given)
	}
	return found
}

// edited is a source file with texts to be put in.
type edited struct {
	source  []byte
	files   *token.FileSet
	inserts map[int]string
	tail    string
}

func (e *edited) insert(at token.Pos, text string) {
	if e.inserts == nil {
		e.inserts = map[int]string{}
	}
	e.inserts[e.files.Position(at).Offset] = text
}

func (e *edited) text(node ast.Node) string {
	return string(e.source[e.files.Position(node.Pos()).Offset:e.files.Position(node.End()).Offset])
}

func (e *edited) apply() []byte {
	var out []byte
	for at, letter := range e.source {
		out = append(append(out, e.inserts[at]...), letter)
	}
	return append(out, e.tail...)
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
