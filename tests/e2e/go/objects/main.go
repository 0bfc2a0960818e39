// Objects prints what `kustomize build` printed as sorted lines `apiVersion kind namespace name`: objects FILE.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"

	v3 "go.yaml.in/yaml/v3"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var lines []string
	decoder := v3.NewDecoder(bytes.NewReader(text))
	for {
		var object struct {
			APIVersion string `yaml:"apiVersion"`
			Kind       string
			Metadata   struct{ Name, Namespace string }
		}
		err := decoder.Decode(&object)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s", object.APIVersion, object.Kind, object.Metadata.Namespace, object.Metadata.Name))
	}
	sort.Strings(lines)
	for _, line := range lines {
		fmt.Println(line)
	}
}
