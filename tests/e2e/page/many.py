#!/usr/bin/env python3
"""many.py APPS REPOSITORY: a GitOps repository with so many apps, each in two environments, and three releases of each in
its history, as cupaas would have written them."""

import subprocess
import sys

apps, place = int(sys.argv[1]), sys.argv[2]
PLATFORM = """format: 1
environments:
  production: {cluster: home, domain: apps.example.cu}
  staging: {cluster: home, domain: apps.example.cu, branch: next}
registry: {prefix: registry.example.cu/team}
routing: {ingress: {tls: {}}}
"""


def record(app, environment, version):
    commit = f"{version:08x}" * 5
    hold = "hold:\n  image: r/x:1\n  to: '1'\n  by: ana\n  since: '2026-01-01T00:00:00Z'\n" if app.endswith("77") else ""
    return (
        f"format: 1\napp: {app}\nenvironment: {environment}\ncluster: home\n{hold}source:\n"
        f"  repository: https://git.example.cu/me/{app}.git\n  commit: '{commit}'\n"
        f"image: registry.example.cu/team/{app}:{commit}\nruntime: python:3.13\nversions:\n  postgresql: '18'\n"
        f"hosts:\n- {app}-{environment}.apps.example.cu\nfiles:\n  .cupaas: |\n    runtime: python\n"
    )


def manifest(app, environment, version):
    return (
        f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {app}\n  namespace: {app}-{environment}\n"
        f"  labels:\n    cupaas.dev/app: {app}\n    cupaas.dev/environment: {environment}\ndata:\n  VERSION: '{version}'\n"
    )


def history():
    time = 1_780_000_000

    def commit(message, files):
        nonlocal time
        time += 30
        who = f"Ana Pérez <ana@example.cu> {time} +0000"
        yield f"commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {len(message.encode())}\n{message}\n"
        for path, text in files.items():
            yield f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"

    yield from commit("Begin\n", {"cupaas.yaml": PLATFORM})
    for environment, version in [("staging", 1), ("production", 1), ("production", 2)]:
        # The newest releases are commits of their own, the others come two hundred at a time: git writes a folder of all
        # apps for each commit.
        alone = min(apps, 1000) if version == 2 else 0
        first = 0
        while first < apps:
            batch = [f"app-{number}" for number in range(first, min(apps, first + (200 if first < apps - alone else 1)))]
            first += len(batch)
            files = {}
            for app in batch:
                files[f"releases/{environment}/{app}/release.yaml"] = record(app, environment, version)
                files[f"deploy/{environment}/{app}/app/configmap-{app}.yaml"] = manifest(app, environment, version)
            yield from commit(message(batch, environment, version), files)


def message(batch, environment, version):
    text = f"deploy({environment}): {version:08x}\n\n0 created, {len(batch)} changed, 0 deleted; restarts web\n\n"
    if len(batch) > 1:
        return text + "".join(f"Cupaas-Release: {environment}/{app}\n" for app in batch)
    app = batch[0]
    return text + (
        f"Cupaas-App: {app}\nCupaas-Environment: {environment}\n"
        f"Cupaas-Source: https://git.example.cu/me/{app}.git@{f'{version:08x}' * 5}\n"
        f"Cupaas-Image: registry.example.cu/team/{app}:{version}\nCupaas-Run: https://ci.example.cu/{app}\n"
    )


subprocess.run(["git", "init", "-q", "--bare", "-b", "main", place], check=True)
with subprocess.Popen(["git", "-C", place, "fast-import", "--quiet"], stdin=subprocess.PIPE) as importing:
    for piece in history():
        importing.stdin.write(piece.encode())
    importing.stdin.close()
    if importing.wait() != 0:
        sys.exit(1)
# As every forge sets its repositories, and packs them.
for setting in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"]:
    subprocess.run(["git", "-C", place, "config", setting, "true"], check=True)
subprocess.run(["git", "-C", place, "repack", "-adq", "--write-bitmap-index"], check=True)
