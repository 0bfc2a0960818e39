#!/usr/bin/env python3
"""Makes the *.jsonl files of this folder again, from the packages that VERSIONS.json names.

Needs python3 and the `go` program (modules are fetched by `go mod download`); PyYAML is installed into a
temporary venv where it is missing. Same packages, same bytes. To take newer packages, edit VERSIONS.json.

    python3 src/schema/kinds/update.py            # writes
    python3 src/schema/kinds/update.py --check    # says what would change, exit code 1
    python3 src/schema/kinds/update.py --crds DIR # copies the projects' CRD files as they are, for a server that should know them
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What the checker reads; all else (descriptions, defaults, CEL rules, patch strategies) is left out.
KEPT = {
    "type", "format", "required", "items", "enum", "pattern", "nullable", "$ref", "anyOf", "oneOf", "allOf", "not",
    "additionalProperties", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength", "maxLength",
    "minItems", "maxItems", "minProperties", "maxProperties", "uniqueItems",
    "x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
    "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-since", "x-until",
}
# Go types whose JSON form the generated description does not tell.
OWN = {
    "util.intstr.IntOrString": {"x-kubernetes-int-or-string": True},
    "resource.Quantity": {
        "type": ["string", "number"],
        "pattern": r"^[+-]?([0-9]+|[0-9]+\.[0-9]*|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$",
        "x-hint": "a quantity is a number with an optional unit: 500m, 1.5, 128Mi, 2Gi",
    },
    "runtime.RawExtension": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "meta.v1.FieldsV1": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
    "meta.v1.Patch": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
}
# Choices that the Go source does not mark as such.
CHOICES = {
    ("autoscaling.v2.MetricSpec", "type"): ["ContainerResource", "External", "Object", "Pods", "Resource"],
    ("autoscaling.v2.MetricTarget", "type"): ["AverageValue", "Utilization", "Value"],
    ("autoscaling.v2.HPAScalingRules", "selectPolicy"): ["Disabled", "Max", "Min"],
    ("autoscaling.v2.HPAScalingPolicy", "type"): ["Percent", "Pods"],
    ("apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted"): ["Delete", "Retain"],
    ("apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy", "whenScaled"): ["Delete", "Retain"],
    ("meta.v1.LabelSelectorRequirement", "operator"): ["DoesNotExist", "Exists", "In", "NotIn"],
}
OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
# kustomization.yaml has no published schema; field names of sigs.k8s.io/kustomize/api's types.Kustomization.
TEXTS = "resources components crds configurations generators transformers validators bases"
OBJECTS = ("patches patchesStrategicMerge patchesJson6902 images replicas replacements vars configMapGenerator "
           "secretGenerator helmCharts helmChartInflationGenerator labels")
KUSTOMIZATION = {
    "type": "object",
    "properties": {
        "apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": OPEN,
        "namespace": {"type": "string"}, "namePrefix": {"type": "string"}, "nameSuffix": {"type": "string"},
        "commonLabels": {"type": "object", "additionalProperties": {"type": "string"}},
        "commonAnnotations": {"type": "object", "additionalProperties": {"type": "string"}},
        "generatorOptions": OPEN, "openapi": OPEN, "helmGlobals": OPEN, "sortOptions": OPEN,
        "buildMetadata": {"type": "array", "items": {"type": "string"}},
        **{name: {"type": "array", "items": {"type": "string"}} for name in TEXTS.split()},
        **{name: {"type": "array"} for name in OBJECTS.split()},
    },
}


def download(module):
    """The folder of `path@version` in the module cache."""
    cache = Path(subprocess.check_output(["go", "env", "GOMODCACHE"], text=True).strip())
    # The command refuses to *use* a module that asks for a newer Go, after it has unpacked it: only the
    # folder tells whether it came.
    subprocess.run(["go", "mod", "download", "-json", module], cwd=tempfile.gettempdir(), stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    folder = cache / re.sub("[A-Z]", lambda upper: "!" + upper[0].lower(), module)
    if not folder.is_dir():
        sys.exit(f"{module} cannot be had")
    return folder


def yaml_module():
    """PyYAML, installed aside where this Python has none."""
    try:
        import yaml
    except ImportError:
        folder = Path(tempfile.mkdtemp())
        venv.create(folder, with_pip=True)
        subprocess.check_call([folder / "bin/pip", "install", "--quiet", "PyYAML==6.0.3"])
        sys.path[:0] = [str(path) for path in folder.glob("lib/python*/site-packages")]
        import yaml
    return yaml


def prune(schema):
    """`schema` without what the checker does not read."""
    if isinstance(schema, list):
        return [prune(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    properties = schema.get("properties")
    for key, value in schema.items():
        if key in KEPT:
            kept[key] = value if key in ("enum", "required") else prune(value)
    if properties is not None:
        kept["properties"] = {name: prune(one) for name, one in properties.items()}
        # The server fills defaults in before it looks for what is missing.
        required = [name for name in kept.pop("required", []) if "default" not in (properties.get(name) or {})]
        if required:
            kept["required"] = required
    if kept.get("x-kubernetes-list-type") == "atomic":
        del kept["x-kubernetes-list-type"]
    if kept.get("format") in ("int-or-string", "date-time", "double", "", "uri", "duration"):
        kept["x-kubernetes-int-or-string" if kept["format"] == "int-or-string" else "type"] = (
            True if kept["format"] == "int-or-string" else kept.get("type"))
        del kept["format"]
    # Two spellings of the same thing in CRDs.
    if kept.get("x-kubernetes-int-or-string"):
        kept.pop("anyOf", None), kept.pop("type", None)
    return {key: kept[key] for key in sorted(kept)}


# --- Kubernetes -------------------------------------------------------------------------------------------


def short(name):
    """`io.k8s.api.core.v1.Pod` -> `core.v1.Pod`."""
    for prefix in ("io.k8s.apimachinery.pkg.apis.", "io.k8s.apimachinery.pkg.api.", "io.k8s.apimachinery.pkg.",
                   "io.k8s.apiextensions-apiserver.pkg.apis.", "io.k8s.kube-aggregator.pkg.apis.", "io.k8s.api."):
        if name.startswith(prefix):
            return name[len(prefix):]
    return name


def enums(folder):
    """(definition, property, is of its items) -> values: swagger.json leaves them out, the Go source has them."""
    found, name, prop = {}, None, None
    for line in (folder / "pkg/generated/openapi/zz_generated.openapi.go").read_text().splitlines():
        if match := re.match(r"func schema_k8sio_api_(\w+?)_(v\w+?)_(\w+)\(", line):
            name = ".".join(match.groups())
        elif line.startswith("func "):
            name = None
        elif match := re.match(r'\t{5}"(.*)": \{$', line):
            prop = match[1]
        elif name and (match := re.match(r"(\t+)Enum: +\[\]interface\{\}(\{.*\}),$", line)):
            values = json.loads("[" + match[2][1:-1] + "]")
            found[name, prop, len(match[1]) > 7] = values
    return found


def kinds(swagger):
    """definition -> (api version, kind, whether objects are in namespaces), of all that can be created."""
    found = {}
    for path, operations in swagger["paths"].items():
        post = operations.get("post", {})
        group = post.get("x-kubernetes-group-version-kind")
        # A path that ends in a parameter's child is a subresource: pods/{name}/eviction.
        if not group or "{name}" in path:
            continue
        body = next((one for one in post.get("parameters", []) if one.get("in") == "body"), None)
        if body:
            version = "/".join(filter(None, (group["group"], group["version"])))
            found[short(body["schema"]["$ref"].rsplit("/", 1)[1])] = (version, group["kind"], "{namespace}" in path)
    return found


def reference(name):
    return {"$ref": "#/definitions/" + name.replace("~", "~0").replace("/", "~1")}


def renamed(schema, names):
    """`schema` with its references in our names."""
    if isinstance(schema, list):
        return [renamed(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        return {**schema, **reference(names(schema["$ref"].rsplit("/", 1)[1]))}
    return {key: renamed(value, names) for key, value in schema.items()}


def read_version(module):
    """name -> definition of one Kubernetes version."""
    folder = download(module)
    swagger = json.loads((folder / "api/openapi-spec/swagger.json").read_text())
    served, values = kinds(swagger), enums(folder)

    def name(full):
        there = served.get(short(full))
        return f"{there[0]}/{there[1]}" if there else short(full)

    definitions = {}
    for full, schema in swagger["definitions"].items():
        for prop, one in schema.get("properties", {}).items():
            for in_items, target in ((False, one), (True, one.get("items", {}))):
                if allowed := values.get((short(full), prop, in_items)) or (
                        None if in_items else CHOICES.get((short(full), prop))):
                    target["enum"] = sorted(allowed)
        schema = OWN.get(short(full)) or prune(renamed(schema, name))
        if short(full) in served:
            if "status" in schema.get("properties", {}):
                schema["properties"]["status"] = OPEN
            schema["x-scope"] = "Namespaced" if served[short(full)][2] else "Cluster"
        definitions[name(full)] = schema
    return definitions


def merged(versions):
    """One set of [(version, definitions)], oldest first: the newest words, marked with since and until."""
    first, (last, _) = versions[0][0], versions[-1]
    result = {}
    for at, (version, definitions) in enumerate(versions):
        for name, schema in definitions.items():
            schema = json.loads(json.dumps(schema))
            old = result.get(name)
            if old is None and version != first and "/" in name:
                schema["x-since"] = version
            elif old is not None and "x-since" in old:
                schema["x-since"] = old["x-since"]
            before = (old or {}).get("properties", {})
            for prop, one in schema.get("properties", {}).items():
                if old is not None and prop not in before:
                    one["x-since"] = version
                elif "x-since" in before.get(prop, {}):
                    one["x-since"] = before[prop]["x-since"]
                values = before.get(prop, {}).get("enum")
                if values and "enum" in one:
                    one["enum"] = sorted({*values, *one["enum"]})
            for prop, one in before.items():
                if prop not in schema.get("properties", {}):
                    schema.setdefault("properties", {})[prop] = {**one, "x-until": one.get("x-until", version)}
            result[name] = schema
        for name, schema in result.items():
            if name not in definitions and "/" in name:
                schema.setdefault("x-until", version)
    return result


def reached(definitions):
    """The definitions of kinds, and those that they lead to."""
    wanted, todo = set(), [name for name in definitions if "/" in name]
    while todo:
        name = todo.pop()
        if name in wanted:
            continue
        wanted.add(name)
        text = json.dumps(definitions[name])
        todo += [one.replace("~1", "/").replace("~0", "~") for one in re.findall(r'"#/definitions/([^"]+)"', text)]
    return {name: definitions[name] for name in wanted}


# --- kinds of other projects ------------------------------------------------------------------------------


def read_crds(yaml, source):
    """name -> definition of the wanted kinds of one project."""
    folder = download(source["module"])
    definitions = {}
    for pattern in source["files"]:
        for path in sorted(folder.glob(pattern)):
            for document in yaml.load_all(path.read_text(), Loader=yaml.CSafeLoader):
                if (document or {}).get("kind") != "CustomResourceDefinition":
                    continue
                spec = document["spec"]
                for version in spec["versions"]:
                    if not version["served"] or version["name"] not in source["versions"]:
                        continue
                    schema = prune(version["schema"]["openAPIV3Schema"])
                    properties = schema.setdefault("properties", {})
                    properties["metadata"] = reference("meta.v1.ObjectMeta")
                    if "status" in properties:
                        properties["status"] = OPEN
                    required = [one for one in schema.pop("required", []) if one not in ("status", "metadata")]
                    if required:
                        schema["required"] = required
                    schema["x-scope"] = spec["scope"]
                    name = f"{spec['group']}/{version['name']}/{spec['names']['kind']}"
                    definitions[name] = schema
    return shared(definitions)


def shared(definitions):
    """Parts that stand in several places become definitions of their own, named by what they hold."""
    counts = {}

    def count(schema):
        if isinstance(schema, dict):
            text = json.dumps(schema, sort_keys=True)
            if len(text) > 200 and schema.get("type") in ("object", "array"):
                counts[text] = counts.get(text, 0) + 1
                if counts[text] > 1:
                    return
            for one in schema.values():
                count(one)
        elif isinstance(schema, list):
            for one in schema:
                count(one)

    for schema in definitions.values():
        count(schema)
    extra = {}

    def replaced(schema, top=False):
        if isinstance(schema, list):
            return [replaced(one) for one in schema]
        if not isinstance(schema, dict):
            return schema
        text = json.dumps(schema, sort_keys=True)
        if not top and counts.get(text, 0) > 1:
            name = "shared." + hashlib.sha256(text.encode()).hexdigest()[:12]
            if name not in extra:
                extra[name] = None
                extra[name] = {key: replaced(one) for key, one in schema.items()}
            return reference(name)
        return {key: replaced(one) for key, one in schema.items()}

    result = {name: replaced(schema, True) for name, schema in definitions.items()}
    return {**result, **extra}


def text(definitions):
    return "".join(
        f"{name}\t{json.dumps(definitions[name], separators=(',', ':'), sort_keys=True, ensure_ascii=False)}\n"
        for name in sorted(definitions))


def copy_crds(sources, target):
    """The CRD files of all projects, unchanged, as `<project>-<file>` in `target`."""
    for project, parts in sources["projects"].items():
        for source in parts:
            folder = download(source["module"])
            for pattern in source["files"]:
                for file in sorted(folder.glob(pattern)):
                    (target / f"{project}-{file.name}").write_bytes(file.read_bytes())


def main():
    sources = json.loads((HERE / "VERSIONS.json").read_text())
    if "--crds" in sys.argv:
        return copy_crds(sources, Path(sys.argv[sys.argv.index("--crds") + 1]))
    yaml = yaml_module()
    versions = [(version, read_version(module)) for version, module in sources["kubernetes"].items()]
    files = {"kubernetes": text(reached(merged(versions)))}
    files["kustomize"] = text({"kustomize.config.k8s.io/v1beta1/Kustomization": KUSTOMIZATION,
                               "kustomize.config.k8s.io/v1alpha1/Component": KUSTOMIZATION})
    for project, parts in sources["projects"].items():
        definitions = {}
        for source in parts:
            definitions.update(read_crds(yaml, source))
        files[project] = text(definitions)
    changed = False
    for name, content in files.items():
        path = HERE / f"{name}.jsonl"
        if not path.exists() or path.read_text() != content:
            changed = True
            print(f"{path.name}: {len(content)} bytes")
            if "--check" not in sys.argv:
                path.write_text(content)
    sys.exit(1 if changed and "--check" in sys.argv else 0)


if __name__ == "__main__":
    main()
