// Readers reads YAML that cupaas wrote with the two readers that the Kubernetes world uses, and compares what they
// see with the JSON that it was written from: readers FOLDER, which holds NAME.yaml and NAME.json.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"

	v3 "go.yaml.in/yaml/v3"
	sigs "sigs.k8s.io/yaml"
)

func main() {
	texts, err := filepath.Glob(filepath.Join(os.Args[1], "*.yaml"))
	if err != nil || len(texts) == 0 {
		fail("no documents in %s: %v", os.Args[1], err)
	}
	wrong, values := 0, 0
	for _, path := range texts {
		text, expected := read(path), any(nil)
		if err := json.Unmarshal(read(strings.TrimSuffix(path, ".yaml")+".json"), &expected); err != nil {
			fail("%s: %v", path, err)
		}
		values += count(expected)
		for name, unmarshal := range map[string]func([]byte, any) error{
			"sigs.k8s.io/yaml":   func(text []byte, into any) error { return sigs.Unmarshal(text, into) },
			"go.yaml.in/yaml/v3": v3.Unmarshal,
		} {
			var seen any
			if err := unmarshal(text, &seen); err != nil {
				wrong++
				fmt.Printf("%s: %s refuses it: %v\n", path, name, err)
				continue
			}
			for _, difference := range differences("", expected, plain(seen)) {
				wrong++
				fmt.Printf("%s: %s: %s\n", path, name, difference)
			}
		}
	}
	if wrong > 0 {
		fail("%d differences", wrong)
	}
	fmt.Printf("%d values in %d documents, read alike by both readers\n", values, len(texts))
}

// plain brings numbers and mappings to what encoding/json would have made; a key that is no text stays visible.
func plain(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			value[key] = plain(inner)
		}
	case map[any]any:
		texts := map[string]any{}
		for key, inner := range value {
			if text, ok := key.(string); ok {
				texts[text] = plain(inner)
			} else {
				texts[fmt.Sprintf("!%T %v", key, key)] = plain(inner)
			}
		}
		return texts
	case []any:
		for index, inner := range value {
			value[index] = plain(inner)
		}
	case int:
		return float64(value)
	case int64:
		return float64(value)
	case uint64:
		return float64(value)
	}
	return value
}

func differences(at string, expected, seen any) []string {
	if reflect.DeepEqual(expected, seen) {
		return nil
	}
	var found []string
	switch expected := expected.(type) {
	case map[string]any:
		seen, ok := seen.(map[string]any)
		if !ok {
			break
		}
		keys := map[string]bool{}
		for key := range expected {
			keys[key] = true
		}
		for key := range seen {
			keys[key] = true
		}
		names := make([]string, 0, len(keys))
		for key := range keys {
			names = append(names, key)
		}
		sort.Strings(names)
		for _, key := range names {
			here := fmt.Sprintf("%s[%q]", at, key)
			one, inExpected := expected[key]
			other, inSeen := seen[key]
			if inExpected != inSeen {
				found = append(found, fmt.Sprintf("%s: expected there %t, seen there %t", here, inExpected, inSeen))
				continue
			}
			found = append(found, differences(here, one, other)...)
		}
		return found
	case []any:
		seen, ok := seen.([]any)
		if !ok || len(seen) != len(expected) {
			break
		}
		for index := range expected {
			found = append(found, differences(fmt.Sprintf("%s[%d]", at, index), expected[index], seen[index])...)
		}
		return found
	}
	return []string{fmt.Sprintf("%s: expected %#v, seen %#v", at, expected, seen)}
}

func count(value any) int {
	switch value := value.(type) {
	case map[string]any:
		sum := len(value)
		for _, inner := range value {
			sum += count(inner)
		}
		return sum
	case []any:
		sum := 0
		for _, inner := range value {
			sum += count(inner)
		}
		return sum
	}
	return 1
}

func read(path string) []byte {
	text, err := os.ReadFile(path)
	if err != nil {
		fail("%v", err)
	}
	return text
}

func fail(format string, arguments ...any) {
	fmt.Printf(format+"\n", arguments...)
	os.Exit(1)
}
