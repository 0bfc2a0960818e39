"""Builds what cupaas prints, starts it as a pod would, changes the code, and builds again.
   run.py CUPAAS STORAGE [RUNTIME…]
Ends with 1 where anything is not as it should be."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from apps import APPS, App
from images import WAY_OUT, Builder, Missing, ensure, full, named
from pod import Manifest, Pod

TOP = Path(__file__).resolve().parents[3]
# Seconds.
TO_ANSWER = 60
TO_STOP = 2.0


class Wrong(Exception):
    """What is not as it should be, with what was said."""


class Row:
    """A line of the table."""

    def __init__(self, name: str):
        self.name, self.size, self.answered, self.stopped, self.second = name, "", "", "", ""
        self.wrong = ""


def cupaas(program: str, *words: str) -> str:
    done = subprocess.run([program, *words], capture_output=True, text=True)
    if done.returncode:
        raise Wrong(f"cupaas {words[0]}: {done.stderr}")
    return done.stdout


def check(row: Row, app: App, program: str, builder: Builder, work: Path) -> None:
    """All that is looked at of one app."""
    source, tag = work / "app", f"localhost/builds/{row.name}"
    shutil.copytree(TOP / app.folder, source)
    subprocess.run(["git", "init", "--quiet", source], check=True)
    if app.lock:
        lock(app, builder, source)
    dockerfile = work / "Dockerfile"
    dockerfile.write_text(cupaas(program, "dockerfile", str(source)))
    for image in named(dockerfile.read_text()):
        ensure(builder, image)

    began = time.monotonic()
    first = builder.build(source, dockerfile, f"{tag}:1")
    (work / "build-1.log").write_text(first.stdout)
    if first.returncode:
        raise Wrong(f"is not built:\n{first.stdout[-3000:]}")
    print(f"{row.name}: built in {time.monotonic() - began:.0f} s", flush=True)
    base = re.findall(r"^FROM (\S+)", dockerfile.read_text(), re.M)[-1]
    stages = dict(re.findall(r"^FROM (\S+) AS (\S+)", dockerfile.read_text(), re.M))
    base = next((image for image, stage in stages.items() if stage == base), base)
    size = builder.size(f"{tag}:1")
    row.size = f"{size:.0f} MB, of that {size - builder.size(full(base)):.0f} on its base"

    start(row, app, program, builder, work, f"{tag}:1")
    again(row, app, builder, work, tag)


def lock(app: App, builder: Builder, source: Path) -> None:
    """Locks the newest versions that the mirror in an image has: Debian's, which differ from day to day."""
    image, command, file = app.lock
    composer = "docker.io/library/composer:2"
    for name in (image, composer):
        ensure(builder, name)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "Containerfile"
        made.write_text(f"FROM {image}\nCOPY --from={composer} /usr/bin/composer /usr/local/bin/\nWORKDIR /app\nCOPY . .\nRUN {command}\n")
        done = builder.build(source, made, "localhost/builds/lock")
        if done.returncode:
            raise Wrong(f"cannot be locked:\n{done.stdout[-3000:]}")
    container = builder("from", "--pull=never", "localhost/builds/lock")
    shutil.copy(f"{builder('mount', container)}/app/{file}", source / file)
    builder("rm", container)


def start(row: Row, app: App, program: str, builder: Builder, work: Path, image: str) -> None:
    cupaas(program, "init", str(work / "gitops"))
    cupaas(program, "render", str(work / "app"), "--gitops", str(work / "gitops"), "--env", "production",
           "--image", "registry.example.com/app:1", "--out", str(work / "manifests"))
    manifest = Manifest(work / "manifests")
    config = builder.config(image)
    environment = dict(pair.split("=", 1) for pair in config["Env"])
    environment = {key: value for key, value in environment.items() if key not in WAY_OUT} | manifest.environment | app.environment
    container = builder("from", "--pull=never", image)
    pod = Pod(builder("mount", container), manifest.command or config["Cmd"], environment, config["WorkingDir"] or "/", manifest.writable,
              work / "run.log")
    port = int(environment["PORT"])
    try:
        answer = pod.wait(port, manifest.path, manifest.host, TO_ANSWER)
        if not answer:
            raise Wrong("does not answer" if pod.process.poll() is None else f"ended with {pod.process.returncode}")
        row.answered = f"{answer[0]} {manifest.path}"
        if answer[0] >= 400 or app.says not in answer[1]:
            raise Wrong(f"answers {answer[0]}: {answer[1][:500]}")
        if app.asset:
            row.answered += f" {asset(app, pod, port, manifest)}"
        # What it would do at rest.
        time.sleep(1)
        seconds = pod.stop(TO_STOP + 10)
        row.stopped = f"{seconds:.1f} s" if seconds is not None else "never"
        if seconds is None or seconds > TO_STOP:
            raise Wrong(f"takes {row.stopped} to end")
    except Wrong as wrong:
        raise Wrong(f"{wrong}\n{(work / 'run.log').read_text()[-3000:]}") from None
    finally:
        pod.stop(1)
        builder("umount", container)
        builder("rm", container)


def asset(app: App, pod: Pod, port: int, manifest: Manifest) -> str:
    """A file that the page names is there, and was built."""
    answer = pod.get(port, "/", manifest.host)
    if not answer or answer[0] != 200:
        raise Wrong(f"/ answers {answer}")
    for link in re.findall(r"""(?:src|href)=["']?([^"'> ]+\.(?:js|css)[^"'> ]*)""", answer[1]):
        path = re.sub(r"^https?://[^/]+", "", link)
        file = pod.get(port, path if path.startswith("/") else f"/{path}", manifest.host)
        if file and file[0] == 200 and app.asset in file[1]:
            return path
    raise Wrong(f"no file of the page has {app.asset!r}: {answer[1][:1500]}")


def again(row: Row, app: App, builder: Builder, work: Path, tag: str) -> None:
    """After a change of the code, without any network: what was installed is there."""
    file, text = app.change
    with open(work / "app" / file, "a") as out:
        out.write(text)
    began = time.monotonic()
    second = builder.build(work / "app", work / "Dockerfile", f"{tag}:2", offline=True)
    (work / "build-2.log").write_text(second.stdout)
    row.second = f"{time.monotonic() - began:.0f} s"
    if second.returncode:
        raise Wrong(f"is not built again without a network:\n{second.stdout[-3000:]}")
    # A step, and what was said of it.
    steps = re.split(r"^(?:\[\d+/\d+\] )?STEP \d+/\d+: ", second.stdout, flags=re.M)[1:]
    installing = [step for step in steps if re.match(r"RUN .*", step) and re.search(app.installs, step.splitlines()[0])]
    for step in installing:
        if "Using cache" not in step:
            raise Wrong(f"is installed again: {step[:2000]}")
    if found := re.search(app.again, second.stdout, re.M):
        raise Wrong(f"loads or compiles again: {second.stdout[found.start():][:500]}")
    if builder("images", "--quiet", f"{tag}:1") == builder("images", "--quiet", f"{tag}:2"):
        raise Wrong("the change is not in the second image")
    row.second += f", {len(installing)} cached"


def table(rows: list[Row]) -> str:
    lines = [["app", "size", "answered", "stopped", "second build", ""]]
    lines += [[row.name, row.size, row.answered, row.stopped, row.second, row.wrong.splitlines()[0] if row.wrong else "ok"] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def main(program: str, storage: str, *names: str) -> int:
    if unknown := [name for name in names if name not in APPS]:
        print(f"no app {' '.join(unknown)}; there are {' '.join(APPS)}", file=sys.stderr)
        return 2
    builder, rows = Builder(Path(storage)), []
    for name in names or APPS:
        row = Row(name)
        rows.append(row)
        work = Path(tempfile.mkdtemp(prefix=f"builds-{name}-"))
        builder.scratch(work / "caches")
        try:
            check(row, APPS[name], program, builder, work)
        except (Wrong, Missing) as wrong:
            row.wrong = str(wrong)
            print(f"{name}: {wrong}\nlogs: {work}", flush=True)
        for number in (1, 2):
            builder("rmi", f"localhost/builds/{name}:{number}", check=False)
        builder.clean()
        if not row.wrong:
            shutil.rmtree(work)
    print(table(rows))
    return 1 if any(row.wrong for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
