#!/usr/bin/env python3
"""What kube-score calls critical, less what a waiver gives a reason for: score.py WAIVERS RESULT.json…

A waiver is a line `check | object | comment | reason`, the first three as patterns of the shell's kind over kube-score's
words. A waiver that nothing needs any more is an error too, so that the list stays true.
"""

import fnmatch
import json
import sys


def waivers(path):
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip() and not line.startswith("#"):
                parts = [part.strip() for part in line.split("|")]
                if len(parts) != 4 or not all(parts):
                    sys.exit(f"{path}:{number}: expected `check | object | comment | reason`")
                yield number, parts[:3]


def critical(path):
    with open(path, encoding="utf-8") as file:
        results = json.load(file) or []
    for result in results:
        name = f"{result['type_meta']['kind']}/{result['object_meta']['name']}"
        for check in result["checks"]:
            if not check["skipped"] and check["grade"] == 1:
                for comment in check["comments"] or [{"path": "", "summary": ""}]:
                    said = f"({comment['path']}) {comment['summary']}" if comment["path"] else comment["summary"]
                    yield check["check"]["id"], name, said


def main():
    known, used, left, seen = list(waivers(sys.argv[1])), set(), set(), 0
    for path in sys.argv[2:]:
        for found in critical(path):
            seen += 1
            fits = [number for number, patterns in known if all(map(fnmatch.fnmatchcase, found, patterns))]
            used.update(fits)
            if not fits:
                left.add((path.rsplit("/", 1)[-1], *found))
    for one in sorted(left):
        print("critical:", " | ".join(one))
    unused = [number for number, _ in known if number not in used]
    for number in unused:
        print(f"{sys.argv[1]}:{number}: nothing needs this waiver any more")
    print(f"kube-score: {len(sys.argv) - 2} apps, {seen} critical marks, {len(left)} without a waiver")
    sys.exit(1 if left or unused else 0)


main()
