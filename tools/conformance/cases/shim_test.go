//go:build conformance

package conformance_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const (
	SucceedConditionStatus = "True"
	FailureConditionStatus = "False"
)

// ProcessAndSendToTekton runs the object with bitiq and gives it back with its status.
func ProcessAndSendToTekton(inputYAML, primitiveType string, customInputs ...interface{}) (string, error) {
	t := customInputs[0].(*testing.T)
	folder := t.TempDir()
	file := filepath.Join(folder, "run.yaml")
	if err := os.WriteFile(file, []byte(inputYAML), 0o600); err != nil {
		return "", err
	}
	command := exec.Command("node", os.Getenv("BITIQ_MAIN"), "pipeline", "run", file, "--output", "status", "--state", filepath.Join(folder, "state"))
	output, err := command.Output()
	if exit, ok := err.(*exec.ExitError); ok && exit.ExitCode() > 1 {
		return "", fmt.Errorf("bitiq: %s", exit.Stderr)
	}
	return string(output), nil
}
