// Expand runs the kubelet's own expansion over texts that cupaas wrote: expand FILE, a JSON list of
// {"original": …, "literal": …}. Whatever variables there are, the literal must become the original again.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	var cases []struct{ Original, Literal string }
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) == 0 {
		fmt.Printf("%d cases: %v\n", len(cases), err)
		os.Exit(1)
	}
	every := func(name string) string { return "EXPANDED" }
	none := expansion.MappingFuncFor(map[string]string{})
	wrong := 0
	for _, one := range cases {
		for _, mapping := range []func(string) string{every, none} {
			if seen := expansion.Expand(one.Literal, mapping); seen != one.Original {
				wrong++
				fmt.Printf("%q was written as %q and arrives as %q\n", one.Original, one.Literal, seen)
			}
		}
	}
	if wrong > 0 {
		fmt.Printf("%d of %d wrong\n", wrong, len(cases))
		os.Exit(1)
	}
	fmt.Printf("%d texts arrive byte for byte\n", len(cases))
}
