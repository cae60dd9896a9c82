package github

import (
	"bytes"
	"context"
	"io"
	"net/http"

	gh "github.com/google/go-github/v31/github"
)

// What was asked over HTTP, and answered.
var bitiqSeen []any

type bitiqTransport struct{ real http.RoundTripper }

func (t bitiqTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.real.RoundTrip(request)
	if err != nil {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	bitiqLock.Lock()
	defer bitiqLock.Unlock()
	bitiqSeen = append(bitiqSeen, map[string]any{
		"path": request.URL.Path, "query": request.URL.RawQuery, "authorization": request.Header.Get("Authorization"),
		"status": response.StatusCode, "link": response.Header.Get("Link"), "body": string(body),
	})
	return response, err
}

func init() {
	http.DefaultTransport = bitiqTransport{http.DefaultTransport}
}

func bitiqExchanges() func() []any {
	bitiqLock.Lock()
	defer bitiqLock.Unlock()
	bitiqSeen = []any{}
	return func() []any {
		bitiqLock.Lock()
		defer bitiqLock.Unlock()
		return bitiqSeen
	}
}

func makeClient(ctx context.Context, enterpriseBaseURL string, token string) (*gh.Client, error) {
	client, err := bitiqReal_makeClient(ctx, enterpriseBaseURL, token)
	if err == nil && ctx.Value(testURL) == nil {
		bitiqRecord("github api", map[string]any{"host": enterpriseBaseURL}, client.BaseURL.String(), nil)
	}
	return client, err
}

func parseBodyForOwners(body string, eventType string) (OwnersPayloadDetails, error) {
	out, err := bitiqReal_parseBodyForOwners(body, eventType)
	bitiqRecord("owners payload", map[string]any{"body": body, "event": eventType}, out, err)
	return out, err
}

func parseBodyForChangedFiles(body string, eventType string) (payloadDetails, error) {
	out, err := bitiqReal_parseBodyForChangedFiles(body, eventType)
	bitiqRecord("files payload", map[string]any{"body": body, "event": eventType}, out, err)
	return out, err
}
