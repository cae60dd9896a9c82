package cmd

import (
	"bytes"
	"context"
	"io"
	"os"
)

func evalCEL(ctx context.Context, w io.Writer, expressionPath, httpPath string) error {
	var out bytes.Buffer
	err := bitiqReal_evalCEL(ctx, &out, expressionPath, httpPath)
	expression, _ := os.ReadFile(expressionPath)
	request, _ := os.ReadFile(httpPath)
	bitiqRecord("cel-eval", map[string]any{"expression": string(expression), "request": string(request)}, out.String(), err)
	_, _ = w.Write(out.Bytes())
	return err
}
