package v1beta1

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tektoncd/triggers/pkg/apis/triggers/contexts"
	"knative.dev/pkg/apis"
	"sigs.k8s.io/yaml"
)

type bitiqObject interface {
	apis.Validatable
	apis.Defaultable
}

// TestFilesOfBitiq lets admission judge the repository's own files: no unknown field, the webhook's defaults, and valid.
func TestFilesOfBitiq(t *testing.T) {
	judged := 0
	err := filepath.WalkDir(os.Getenv("BITIQ_FILES"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, document := range bytes.Split(text, []byte("\n---\n")) {
			var named struct{ APIVersion, Kind string }
			if err := yaml.Unmarshal(document, &named); err != nil {
				return err
			}
			if named.APIVersion != "triggers.tekton.dev/v1beta1" {
				continue
			}
			objects := map[string]bitiqObject{
				"EventListener": &EventListener{}, "Trigger": &Trigger{}, "TriggerBinding": &TriggerBinding{},
				"ClusterTriggerBinding": &ClusterTriggerBinding{}, "TriggerTemplate": &TriggerTemplate{},
			}
			object, known := objects[named.Kind]
			if !known {
				t.Errorf("%s: unknown kind %s", path, named.Kind)
				continue
			}
			if err := yaml.UnmarshalStrict(document, object); err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			ctx := contexts.WithUpgradeViaDefaulting(context.Background())
			object.SetDefaults(ctx)
			if err := object.Validate(ctx); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			judged++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if judged == 0 {
		t.Fatal("there is no file")
	}
}
