#!/usr/bin/env python3
"""Checks every object below a folder with kubernetes-validate, strictly, for each supported Kubernetes version.

Kinds of other projects (Flux, Gateway API) are not Kubernetes' own: they are counted and left out. So is the `sops` key
that an encrypted Secret has until Flux decrypts it.
"""

import sys
from pathlib import Path

import kubernetes_validate
import yaml

VERSIONS = ["1.33", "1.34", "1.35", "1.36", "1.37"]
OTHERS = ("fluxcd.io/", "gateway.networking.k8s.io/", "argoproj.io/", "external-secrets.io/", "kustomize.config.k8s.io/")


def main():
    checked, others, wrong = 0, 0, 0
    seen = set()
    for path in sorted(Path(sys.argv[1]).rglob("*.yaml")):
        parts = path.relative_to(sys.argv[1]).parts
        if len(parts) < 2 or parts[1] not in ("deploy", "clusters"):
            continue
        text = path.read_text(encoding="utf-8")
        if text in seen:
            continue
        seen.add(text)
        for document in yaml.safe_load_all(text):
            if any(other in document["apiVersion"] for other in OTHERS):
                others += 1
                continue
            document.pop("sops", None)
            for version in VERSIONS:
                checked += 1
                try:
                    kubernetes_validate.validate(document, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    wrong += 1
                    print(f"{path}: {version}: {getattr(error, 'path', '')}: {error}")
                except kubernetes_validate.SchemaNotFoundError as error:
                    wrong += 1
                    print(f"{path}: {version}: no schema: {error}")
    print(f"kubernetes-validate: {checked} verdicts, {wrong} wrong; {others} objects of other projects left out")
    sys.exit(1 if wrong or not checked else 0)


main()
