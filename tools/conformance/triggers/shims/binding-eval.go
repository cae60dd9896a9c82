package cmd

import (
	"bytes"
	"io"
	"os"
)

func evalBinding(w io.Writer, bindingPath, httpPath string) error {
	var out bytes.Buffer
	err := bitiqReal_evalBinding(&out, bindingPath, httpPath)
	binding, _ := os.ReadFile(bindingPath)
	request, _ := os.ReadFile(httpPath)
	bitiqRecord("binding-eval", map[string]any{"binding": string(binding), "request": string(request)}, out.String(), err)
	_, _ = w.Write(out.Bytes())
	return err
}
