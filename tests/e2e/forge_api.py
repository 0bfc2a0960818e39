#!/usr/bin/env python3
"""Requests that were written down, compared with the description of a forge's API (OpenAPI 3 or Swagger 2).

    forge_api.py DESCRIPTION REQUESTS.jsonl [PREFIX...]

Each request must fit an operation: its path and method, its query parameters by name and value, its body by required
fields, types, enums, lengths and known names. A request whose path begins with a PREFIX is described elsewhere, and
only counted. Ends with 1 where one does not fit, or where there is none.
"""

import json
import re
import sys
from urllib.parse import parse_qsl, unquote

description = json.load(open(sys.argv[1], encoding="utf-8"))
requests = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
elsewhere = tuple(sys.argv[3:])


def follow(value):
    while isinstance(value, dict) and "$ref" in value:
        here = description
        for part in value["$ref"].removeprefix("#/").split("/"):
            here = here[part.replace("~1", "/").replace("~0", "~")]
        value = here
    return value


def operations():
    for template, item in description["paths"].items():
        pattern = re.compile("^" + re.sub(r"\\\{[^/]+?\\\}", "([^/]+)", re.escape(template)) + "$")
        for method, operation in item.items():
            if method in ("get", "put", "post", "delete", "patch"):
                shared = item.get("parameters", [])
                # The path that says most comes first.
                yield template.count("{"), method.upper(), pattern, template, operation, shared


OPERATIONS = sorted(operations(), key=lambda one: one[0])
TYPES = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
    "null": type(None),
}


def is_a(value, name):
    if name in ("integer", "number") and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[name])


def misfits(value, schema, at):
    """What is wrong with a value."""
    schema = follow(schema)
    if not isinstance(schema, dict):
        return
    if value is None and (schema.get("nullable") or schema.get("x-nullable")):
        return
    for word in ("oneOf", "anyOf"):
        if word in schema:
            tried = [list(misfits(value, one, at)) for one in schema[word]]
            if all(tried):
                yield from min(tried, key=len)
    for one in schema.get("allOf", []):
        yield from misfits(value, one, at)
    names = schema.get("type", [])
    names = names if isinstance(names, list) else [names]
    if names and not any(is_a(value, name) for name in names):
        yield f"{at} is {json.dumps(value)[:60]}, not {' or '.join(names)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is {json.dumps(value)[:60]}, none of {schema['enum']}"
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{at} is longer than {schema['maxLength']}"
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from misfits(item, schema.get("items", {}), f"{at}[{index}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                yield f"{at} lacks {name}"
        for name, item in value.items():
            if name in known:
                yield from misfits(item, known[name], f"{at}.{name}")
            elif known and not schema.get("additionalProperties"):
                yield f"{at}.{name} is not known"


def typed(text, schema):
    """A query's text as what its parameter is."""
    name = schema.get("type")
    if name == "integer":
        return int(text) if re.fullmatch(r"-?\d+", text) else text
    if name == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if name == "array":
        return [text]
    return text


def check(request):
    fits = [
        one for one in OPERATIONS if one[1] == request["method"] and one[2].match(request["path"])
    ]
    if not fits:
        yield "there is no such operation"
        return
    _, _, _, template, operation, shared = fits[0]
    parameters = [follow(parameter) for parameter in shared + operation.get("parameters", [])]
    queries = {one["name"]: one.get("schema", one) for one in parameters if one["in"] == "query"}
    for name, text in parse_qsl(request["query"], keep_blank_values=True):
        if name not in queries:
            yield f"{template}: the query {name} is not known"
        else:
            yield from misfits(typed(text, follow(queries[name])), queries[name], f"{template}?{name}")
    wanted = follow(operation.get("requestBody", {}))
    required = wanted.get("required", False)
    schema = wanted.get("content", {}).get("application/json", {}).get("schema")
    for one in parameters:
        if one["in"] == "body":
            schema, required = one["schema"], one.get("required", False)
    body = request["body"]
    if body is None:
        if required:
            yield f"{template} lacks a body"
    elif schema is None:
        yield f"{template} takes no body"
    else:
        yield from misfits(body, schema, template)


seen, others, problems = {}, 0, set()
for request in requests:
    request["path"] = unquote(request["path"]) if "/branches/" not in request["path"] else request["path"]
    if request["path"].startswith(elsewhere or ("\0",)):
        others += 1
        continue
    found = list(check(request))
    problems.update(f"{request['method']} {request['path']}: {problem}" for problem in found)
    if not found:
        kind = re.sub(r"/\d+|/[0-9a-f]{40}", "/N", request["path"])
        seen.setdefault(f"{request['method']} {kind}", 0)
        seen[f"{request['method']} {kind}"] += 1
for problem in sorted(problems):
    print(f"WRONG: {problem}")
for kind, count in sorted(seen.items()):
    print(f"  {count:5} {kind}")
total = sum(seen.values())
title = description["info"]["title"]
print(f"{total} requests of {len(seen)} kinds fit {title}; {others} are described elsewhere")
sys.exit(1 if problems or not total else 0)
