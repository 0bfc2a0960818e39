"""The action, run by act and by each shell at hand. tests/e2e/action.sh starts it; ACT, CUPAAS and SHELLS are its tools.

Every run is watched: no token may stand in a process's arguments, in what is printed, or in a file that stays.
"""

import functools
import http.server
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACT, CUPAAS, SHELLS = os.environ["ACT"], os.environ["CUPAAS"], os.environ["SHELLS"].split()
# As a forge makes them; each is looked for everywhere. The last one is what act takes for its own token.
TOKENS = {
    "GITOPS": "ghp_gItOpSw5T0kEn7q9zX1",
    "FORGE": "ghp_f0rGew5T0kEn7q9zX2",
    "SOURCE": "ghp_s0uRcEw5T0kEn7q9zX3",
    "PASSWORD": "p4ss%w0rd$(id)`id`",
    "VALUE": "first-l1ne-0f-v4lue\nsecond-l1ne % 0f-v4lue",
    "GITHUB_TOKEN": "ghs_j0bsOwnT0kEn7q9zX4",
}
# Each would do something, or become something else, where a script read it as text.
HOSTILE = [
    "two  words ",
    "it's \"quoted\"",
    "$(touch canary)",
    "`touch canary`",
    "; touch canary; #",
    "&& touch canary",
    "| touch canary >canary",
    "-rf",
    "--help",
    "*",
    "../*",
    "\\n\\",
    "$HOME ${IFS}",
    "%0A%25",
    "::error::x",
    "##[error]x",
    "a\nb\n  c",
    "ñ – ✓",
    "<<END",
    "END",
    "!history",
    "~root",
]

APP = "runtime: image\nprocesses: {web: {command: serve}}\n"
RECORDER = """#!/bin/sh
# What gets here, byte for byte.
printf '%s\\0' "$@" >"$RECORD.argv"
env -0 >"$RECORD.env"
cat >"$RECORD.stdin"
"""


def run(*words, cwd=None, env=None, check=True):
    done = subprocess.run(words, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    text = done.stdout.decode("utf-8", "replace")
    if check and done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))} ended with {done.returncode}:\n{text}")
    return done.returncode, text


class Watch(threading.Thread):
    """Looks at the arguments of all processes, again and again, for texts that must not be there."""

    def __init__(self, wanted):
        super().__init__(daemon=True)
        self.wanted = [text.encode() for text in wanted]
        self.found, self.looks, self.over = [], 0, threading.Event()

    def run(self):
        while not self.over.is_set():
            self.looks += 1
            for entry in os.scandir("/proc"):
                if entry.name.isdigit():
                    try:
                        words = pathlib.Path(entry.path, "cmdline").read_bytes()
                    except OSError:
                        continue
                    self.found += [words for text in self.wanted if text in words]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


class World:
    """An app's checkout, a GitOps repository, the action, and a home of their own."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="cupaas-action-"))
        for name in ["home", "tmp", "tools", "bin"]:
            (self.root / name).mkdir()
        self.action = self.root / "action"
        shutil.copytree(ROOT / "action", self.action / "action")
        for name in ["action.yml", "Cargo.toml"]:
            shutil.copy(ROOT / name, self.action)
        self.app = self.root / "app"
        (self.app / "service").mkdir(parents=True)
        (self.app / ".cupaas").write_text(APP)
        (self.app / "service/.cupaas").write_text(APP + "name: service\n")
        self.git(self.app, "init", "-q", "-b", "main")
        self.git(self.app, "remote", "add", "origin", "https://127.0.0.1:1/ana/tasks")
        self.gitops = self.root / "gitops.git"
        files = self.root / "gitops"
        files.mkdir()
        run(CUPAAS, "init", "--domain", "apps.example.cu", cwd=files, env=self.environment())
        self.git(files, "init", "-q", "-b", "main")
        self.commit(files)
        self.git(self.root, "clone", "-q", "--bare", "gitops", "gitops.git")
        self.recorder = self.root / "bin/recorder"
        self.recorder.write_text(RECORDER)
        self.recorder.chmod(0o755)

    def environment(self, **more):
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "t",
            "GIT_AUTHOR_EMAIL": "t@example.cu",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@example.cu",
            "LC_ALL": "C.UTF-8",
            **more,
        }

    def git(self, folder, *words):
        return run("git", "-C", str(folder), *words, env=self.environment())[1]

    def commit(self, folder):
        self.git(folder, "add", "-A")
        self.git(folder, "commit", "-q", "--allow-empty", "-m", "a version")

    def act(self, steps, environment=None, code=0):
        """Runs one job; gives the log. Steps are data: YAML's strings are JSON's."""
        steps = [{"uses": "actions/checkout@v6"}, *steps]
        workflow = {"on": "push", "jobs": {"job": {"runs-on": "ubuntu-latest", "steps": steps}}}
        return self.workflow(self.app, "push", json.dumps(workflow), {}, TOKENS, [], environment, code)

    def workflow(self, repository, event, text, payload, secrets, variables=(), environment=None, code=0):
        """Runs a workflow in a checkout; gives the log."""
        file = repository / ".github/workflows/w.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        self.commit(repository)
        words = [ACT, event, "--container-daemon-socket", "-", "-P", "ubuntu-latest=-self-hosted", "--no-cache-server"]
        words += ["--local-repository", f"cupaas/cupaas@v0={self.action}", "--github-instance", "127.0.0.1:1"]
        words += [word for name in secrets for word in ["--secret", name]]
        words += [word for variable in variables for word in ["--var", variable]]
        words += [word for name, value in (environment or {}).items() for word in ["--env", f"{name}={value}"]]
        happened = self.root / "event.json"
        happened.write_text(json.dumps(payload))
        words += ["--eventpath", str(happened)]
        with Watch(text for token in TOKENS.values() for text in token.split("\n")) as watch:
            ended, log = run(*words, cwd=repository, env=self.environment(**secrets), check=False)
        assert watch.looks > 3 and not watch.found, f"a token is an argument: {watch.found}"
        seen = [token for text in TOKENS.values() for token in text.split("\n") if token in log]
        assert not seen, f"{seen} in\n{log}"
        assert ended == code, f"act ended with {ended}:\n{log}"
        self.scan()
        return log

    def scan(self):
        """No token stays in a file, but for what act itself keeps."""
        for path in self.root.rglob("*"):
            if path.is_file() and not path.is_symlink() and not path.name.endswith((".env", ".stdin")):
                text = path.read_bytes()
                for token in TOKENS.values():
                    assert token.encode() not in text, f"a token stays in {path}"
        for canary in ["canary", "app/canary", "app/service/canary", "home/canary", "tmp/canary"]:
            assert not (self.root / canary).exists(), f"something was executed: {canary}"


def step(**inputs):
    return {"uses": "cupaas/cupaas@v0", "with": {name.replace("_", "-"): value for name, value in inputs.items()}}


def secret(name):
    return "${{ secrets." + name + " }}"


def recorded(file):
    """Arguments, variables and standard input as they got there."""
    argv = pathlib.Path(f"{file}.argv").read_bytes().decode().split("\0")[:-1]
    pairs = (pair.split("=", 1) for pair in pathlib.Path(f"{file}.env").read_bytes().decode().split("\0") if pair)
    return argv, dict(pairs), pathlib.Path(f"{file}.stdin").read_bytes().decode()


def everything_arrives(world):
    """Hostile values in every input get to cupaas as they are."""
    lines = [value for value in HOSTILE if "\n" not in value]
    steps = []
    for number, value in enumerate(HOSTILE):
        one = step(command="deploy", binary=str(world.recorder), folder=value, environment=value, image=value, app=value,
                   gitops=value, gitops_branch=value, allow_data_loss=value, registry_user=value,
                   gitops_token=secret("GITOPS"), forge_token=secret("FORGE"), source_token=secret("SOURCE"),
                   registry_password=secret("PASSWORD"), set="\n".join("A=" + line for line in lines),
                   args="\n".join(lines), pull_request="true", auto_merge="true", status="true",
                   labels="\n".join(lines), reviewers="ana\n\nluis")
        steps.append({**one, "env": {"RECORD": str(world.root / f"record-{number}")}})
    value = step(command="secret set", binary=str(world.recorder), args="NAME", gitops=".", value=secret("VALUE"))
    steps.append({**value, "env": {"RECORD": str(world.root / "record-value")}})
    # What nobody but this step says is secret stays secret in the next one.
    shown = world.app / "shown"
    shown.write_text("what-this-st3p-knows\nthe-s3cond-line %\n")
    unknown = step(command="secret set", binary=str(world.recorder), args="NAME\n--gitops=.", value=shown.read_text().rstrip("\n"))
    steps += [{**unknown, "env": {"RECORD": str(world.root / "record-unknown")}}, {"run": "cat shown"}]
    steps.append({**step(command="diff", binary=str(world.recorder), comment="true"),
                  "env": {"RECORD": str(world.root / "record-diff"), "CUPAAS_IMAGE": "the job's", "CUPAAS_GITOPS": "."}})
    log = world.act(steps)
    assert log.count("***") > 2 and "this-st3p" not in log and "s3cond-line" not in log, log
    for number, value in enumerate(HOSTILE):
        argv, variables, stdin = recorded(world.root / f"record-{number}")
        flags = ["--pull-request", "--auto-merge", "--status"]
        flags += ["--set=A=" + line for line in lines] + ["--label=" + line for line in lines]
        flags += ["--reviewer=ana", "--reviewer=luis"]
        assert argv == ["deploy", "--app=" + value, *flags, *lines, "--", value], (value, argv)
        for name in ["ENV", "IMAGE", "GITOPS", "GITOPS_BRANCH", "ALLOW_DATA_LOSS", "REGISTRY_USER"]:
            assert variables["CUPAAS_" + name] == value, (name, value, variables["CUPAAS_" + name])
        for name, token in [("GITOPS_TOKEN", "GITOPS"), ("FORGE_TOKEN", "FORGE"), ("SOURCE_TOKEN", "SOURCE"),
                            ("REGISTRY_PASSWORD", "PASSWORD")]:
            assert variables["CUPAAS_" + name] == TOKENS[token], name
        assert variables["GITHUB_TOKEN"] == TOKENS["GITHUB_TOKEN"]
        assert not any(name.startswith("INPUT_") and variables[name] in TOKENS.values() for name in variables)
        assert stdin == ""
    argv, variables, stdin = recorded(world.root / "record-value")
    assert (argv, stdin) == (["secret", "set", "NAME"], TOKENS["VALUE"]), (argv, stdin)
    argv, variables, _ = recorded(world.root / "record-diff")
    assert argv == ["diff", "--comment"] and variables["CUPAAS_IMAGE"] == "the job's", argv


def every_shell(world):
    """The same without act, in each shell at hand: dash is the strictest one."""
    for shell in SHELLS:
        for value in HOSTILE:
            record = world.root / "record-shell"
            variables = world.environment(
                RECORD=str(record), RUNNER_TEMP=str(world.root / "tmp"), INPUT_COMMAND="check",
                INPUT_BINARY=str(world.recorder), INPUT_FOLDER=value, INPUT_APP=value, INPUT_ENVIRONMENT=value,
                INPUT_ARGS=value)
            run(shell, str(world.action / "action/cupaas.sh"), cwd=world.app, env=variables)
            argv, variables, _ = recorded(record)
            lines = [line for line in value.split("\n") if line]
            assert argv == ["check", "--app=" + value, *lines, "--", value], (shell, value, argv)
            assert variables["CUPAAS_ENV"] == value, (shell, value)
        for name, value in [("COMMAND", "deploy; touch canary"), ("COMMAND", "deploy --all"), ("COMMAND", "-x"),
                            ("COMMAND", "a\nb"), ("COMMAND", " "), ("PULL_REQUEST", "yes"), ("VERSION", "../../x"), ("BINARY", "/nowhere"),
                            ("CHECKSUM", "zz"), ("VERSION", "9.9.9"), ("BUILD", "$(touch canary)")]:
            variables = world.environment(**{"INPUT_" + name: value}, INPUT_GITOPS=".", RUNNER_TEMP=str(world.root / "tmp"),
                                          RUNNER_TOOL_CACHE=str(world.root / "tools"))
            if name in ["COMMAND", "PULL_REQUEST"]:
                variables["INPUT_BINARY"] = str(world.recorder)
            if name == "CHECKSUM":
                variables["INPUT_VERSION"] = "9.9.9"
            code, said = run(shell, str(world.action / "action/cupaas.sh"), cwd=world.app, env=variables, check=False)
            assert code == 2 and said.startswith("::error title=cupaas::"), (shell, name, value, code, said)
        blanks_and_repositories(world, shell)
        world.scan()


def blanks_and_repositories(world, shell):
    """Blanks around a command change nothing, and what writes wants to know where."""

    def said(command, code=0, **variables):
        env = world.environment(INPUT_COMMAND=command, INPUT_BINARY=str(world.recorder), RECORD=str(world.root / "record-command"),
                                RUNNER_TEMP=str(world.root / "tmp"), **variables)
        ended, text = run(shell, str(world.action / "action/cupaas.sh"), cwd=world.app, env=env, check=False)
        assert ended == code, (shell, command, variables, ended, text)
        return text

    for command in ["render", "render ", "  render", " schema  app ", "dockerfile "]:
        text = said(command)
        assert text.startswith("::stop-commands::"), (shell, command, text)
        assert recorded(world.root / "record-command")[0] == command.split(), (shell, command)
    said(" secret   set ", INPUT_GITOPS=".", INPUT_VALUE="a value")
    argv, _, stdin = recorded(world.root / "record-command")
    assert (argv, stdin) == (["secret", "set"], "a value"), (shell, argv, stdin)
    writers = ["", "diff", "deploy ", "remove", "sync", "app list", "env set", "secret check", "pin", "unpin"]
    for command in writers:
        for variables in [{}, {"INPUT_GITOPS": "", "CUPAAS_GITOPS": ""}, {"INPUT_ARGS": "--gitops-branch=main"}]:
            assert "needs the GitOps repository" in said(command, code=2, **variables), (shell, command)
        for variables in [{"INPUT_GITOPS": "."}, {"CUPAAS_GITOPS": "."}, {"INPUT_ARGS": "--gitops=."}]:
            said(command, **variables)
    for command in ["check", "explain", "render", "dockerfile", "schema"]:
        said(command)


OUTPUTS = ["changed", "commit", "pull-request-url", "url", "plan-file", "matrix"]


NOTE = """
import json, os
note = {name: os.environ[name] for name in os.environ["NAMES"].split()}
note["PLAN"] = json.load(open(note["PLAN_FILE"]))
json.dump(note, open(os.environ["FILE"], "w"))
"""


def outputs(identity, file):
    """A step that writes down what another one gave."""
    names = {name.upper().replace("-", "_"): "${{ steps." + identity + ".outputs." + name + " }}" for name in OUTPUTS}
    return {"run": 'python3 -c "$NOTE"', "env": {**names, "NOTE": NOTE, "NAMES": " ".join(names), "FILE": str(file)}}


def every_command(world):
    """Each command by the real program, and what its step gives to the next ones."""
    common = {"binary": CUPAAS, "gitops": str(world.gitops), "gitops_token": secret("GITOPS")}
    image = "registry.example.cu/tasks@sha256:" + "1" * 64

    def cupaas(identity, code=0, **inputs):
        return {"id": identity, "continue-on-error": code != 0, **step(**common, **inputs)}

    given = {name: world.root / f"given-{name}" for name in ["diff", "first", "second", "sync", "bad", "remove"]}
    steps = [
        cupaas("check", command="check"),
        cupaas("explain", command="explain"),
        cupaas("render", command="render", image=image),
        cupaas("dockerfile", command="dockerfile", folder="python"),
        cupaas("diff", command="diff", image=image),
        outputs("diff", given["diff"]),
        cupaas("first", image=image, set="GREETING=$(touch canary) `touch canary`"),
        outputs("first", given["first"]),
        cupaas("second", image=image, set="GREETING=$(touch canary) `touch canary`"),
        outputs("second", given["second"]),
        cupaas("service", folder="service", image=image),
        cupaas("list", command="app list"),
        cupaas("show", command="app show", args="tasks"),
        cupaas("set", command="env set", args="A=1 2\nB=; touch canary", app="tasks", environment="production"),
        cupaas("unset", command="env unset", args="A", app="tasks", environment="production"),
        cupaas("env", command="env list", app="tasks"),
        cupaas("pin", command="pin", image=image, app="tasks", environment="production"),
        cupaas("unpin", command="unpin", app="tasks", environment="production"),
        cupaas("secret-set", command="secret set", args="KEY", value=secret("VALUE"), app="tasks", environment="production"),
        cupaas("secrets", command="secret list", app="tasks"),
        cupaas("secret-check", command="secret check"),
        # Where nobody answers: the step fails, and still says what is to be built.
        cupaas("sync", code=5, command="sync", args="--format=matrix", source_token=secret("SOURCE"),
               registry_user="ana", registry_password=secret("PASSWORD")),
        outputs("sync", given["sync"]),
        cupaas("schema", command="schema", args="app"),
        cupaas("install", command="install"),
        {"run": "cupaas --version"},
        cupaas("bad", code=3, command="check", folder="bad"),
        outputs("bad", given["bad"]),
        cupaas("remove", command="remove"),
        outputs("remove", given["remove"]),
    ]
    (world.app / "python").mkdir(exist_ok=True)
    (world.app / "python/.cupaas").write_text("runtime: python\nname: snake\nprocesses: {web: {command: serve}}\n")
    (world.app / "bad").mkdir(exist_ok=True)
    (world.app / "bad/.cupaas").write_text("runtime: image\nprocess: {}\n")
    log = world.act(steps)
    read = {name: json.loads(file.read_text()) for name, file in given.items()}
    # What a diff is of depends on the registration, which the first deploy makes.
    assert read["diff"]["CHANGED"] == "true" and read["diff"]["COMMIT"] == "", read["diff"]
    commits = world.git(world.gitops, "log", "--format=%H %s", "main").splitlines()
    deploys = [line.split()[0] for line in commits if "deploy(tasks/production)" in line]
    assert read["first"]["CHANGED"] == "true" and read["first"]["COMMIT"] == deploys[-1], (read["first"], commits)
    assert read["first"]["URL"] == "http://tasks.apps.example.cu", read["first"]
    assert read["second"]["CHANGED"] == "false" and read["second"]["COMMIT"] == "", read["second"]
    assert "include" in json.loads(read["sync"]["MATRIX"]), read["sync"]
    plan = read["bad"]["PLAN"]
    assert read["bad"]["CHANGED"] == "" and plan["exit_code"] == 3 and plan["diagnostics"][0]["file"] == "bad/.cupaas", plan
    assert read["remove"]["CHANGED"] == "true" and read["remove"]["COMMIT"] == commits[0].split()[0], read["remove"]
    assert "bad/.cupaas" in log
    sealed = [path for path in world.git(world.gitops, "ls-tree", "-r", "--name-only", "main").split() if "KEY" in path or "/key" in path]
    assert sealed and "ENC[AES256_GCM" in world.git(world.gitops, "show", "main:" + sealed[0]), sealed
    kept = world.git(world.gitops, "show", f"{deploys[-1]}:deploy/production/tasks/app/configmap-tasks.yaml")
    assert "GREETING: $(touch canary) `touch canary`" in kept, kept
    for folder in [world.app, world.gitops]:
        assert "x-access-token" not in world.git(folder, "config", "--list", "--local")


def other_forges(world):
    """On Gitea and Forgejo a mistake is a plain line with its place."""
    (world.app / "bad").mkdir(exist_ok=True)
    (world.app / "bad/.cupaas").write_text("runtime: image\nprocess: {}\n")
    bad = {**step(command="check", folder="bad", binary=CUPAAS, gitops=str(world.gitops)), "continue-on-error": True}
    for name in ["GITEA_ACTIONS", "FORGEJO_ACTIONS"]:
        log = world.act([{**bad, "env": {name: "true"}}])
        assert "bad/.cupaas:2:1: error: unknown key" in log, log
        assert "file=bad/.cupaas" not in log, log
    log = world.act([bad])
    assert "::error file=bad/.cupaas,line=2,col=1,title=cupaas::unknown key" in log, log


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def archive(folder, version, program):
    """What the release workflow makes, of another program."""
    for target in ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"]:
        with tarfile.open(folder / f"cupaas-{version}-{target}.tar.gz", "w:gz", compresslevel=1) as tar:
            info = tarfile.TarInfo("cupaas")
            info.size, info.mode = len(program), 0o755
            tar.addfile(info, io.BytesIO(program))


def installation(world):
    """From a release's archive, whose sum the action knows; nothing else is ever started."""
    version = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.M).group(1)
    served = world.root / "served"
    folder = served / f"v{version}"
    folder.mkdir(parents=True)
    handler = functools.partial(Quiet, directory=str(served))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mirror = f"http://127.0.0.1:{server.server_address[1]}/"
    program = b"#!/bin/sh\necho the program runs: $1\n"
    archive(folder, version, program)
    sums = world.action / "action/SHA256SUMS"
    empty = sums.read_text()
    assert not re.search("^[0-9a-f]", (ROOT / "action/SHA256SUMS").read_text(), re.M) or version in empty
    use = step(command="check", mirror=mirror)

    def log(code=0, **inputs):
        return world.act([step(command="check", mirror=mirror, **inputs)], code=code)

    sums.write_text("# nothing yet\n")
    assert "came with no release of cupaas" in log(code=1)
    run(str(world.action / "action/pin.sh"), str(folder))
    assert len(sums.read_text().splitlines()) == 3, sums.read_text()
    good = log()
    assert "the program runs: check" in good, good
    # Where act keeps tools.
    kept = list((world.root / "home").rglob("tool_cache/cupaas/*"))
    assert len(kept) == 1, kept
    # The next job needs no server, and a job that changes what is kept changes nothing.
    server.shutdown()
    server.server_close()
    assert "the program runs: check" in world.act([use])
    kept[0].write_bytes(kept[0].read_bytes() + b"x")
    assert "cannot download" in world.act([use], code=1)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mirror = f"http://127.0.0.1:{server.server_address[1]}"
    assert "the program runs: check" in log()
    # What is kept is changed by another job just when its sum has been looked at.
    evil = world.root / "evil"
    evil.mkdir()
    archive(evil, version, program.replace(b"the program", b"another program"))
    sha256sum = world.root / "bin/sha256sum"
    sha256sum.write_text(f"#!/bin/sh\n{shutil.which('sha256sum')} \"$@\"\ncp '{evil / kept[0].name}' '{kept[0]}'\n")
    sha256sum.chmod(0o755)
    said = world.act([step(command="check", mirror=mirror)], environment={"PATH": f"{world.root / 'bin'}:{os.environ['PATH']}"})
    assert "the program runs: check" in said and "another program" not in said, said
    sha256sum.unlink()
    # An archive that is another one.
    kept[0].unlink()
    whole = {file: file.read_bytes() for file in folder.iterdir()}
    archive(folder, version, program.replace(b"the program", b"another program"))
    said = log(code=1)
    assert "is not what was released" in said and "another program" not in said, said
    for file, text in whole.items():
        file.write_bytes(text)
    # Another version: only with its checksum.
    other = served / "v9.9.9"
    other.mkdir()
    archive(other, "9.9.9", program)
    assert "no checksum is known" in log(code=1, version="9.9.9")
    machine = "aarch64" if os.uname().machine in ["aarch64", "arm64"] else "x86_64"
    file = other / f"cupaas-9.9.9-{machine}-unknown-linux-musl.tar.gz"
    checksum = run("sha256sum", str(file))[1].split()[0]
    assert "the program runs: check" in log(version="v9.9.9", checksum=checksum)
    # Pinning is all or nothing.
    before = sums.read_text()
    next(folder.glob("*aarch64*")).unlink()
    assert run(str(world.action / "action/pin.sh"), str(folder), check=False)[0] == 1
    assert sums.read_text() == before
    server.shutdown()
    sums.write_text(empty)


def building(world):
    """From the action's own source, anew each time, by a build that sees no token. The compiler is a stand-in: it notes
    what it was asked, where, and its environment."""
    cargo = world.root / "bin/cargo"
    asked = world.root / "asked"
    cargo.write_text(
        "#!/bin/sh\necho \"$PWD: $*\" >>\"$ASKED\"\nenv -0 >>\"$ASKED.env\"\n"
        "while [ \"$1\" != --root ]; do shift; done\n"
        "mkdir -p \"$2/bin\" && printf '#!/bin/sh\\necho the build runs: $1\\n' >\"$2/bin/cupaas\" && chmod 755 \"$2/bin/cupaas\"\n"
    )
    cargo.chmod(0o755)
    job = {"CUPAAS_GITOPS_TOKEN": secret("GITOPS"), "CUPAAS_FORGE_TOKEN": secret("FORGE"), "CUPAAS_SOURCE_TOKEN": secret("SOURCE"),
           "CUPAAS_REGISTRY_PASSWORD": secret("PASSWORD"), "GITHUB_TOKEN": secret("GITHUB_TOKEN")}
    inputs = {"gitops_token": secret("GITOPS"), "forge_token": secret("FORGE"), "source_token": secret("SOURCE"),
              "registry_password": secret("PASSWORD"), "value": secret("VALUE")}
    steps = [{**step(command="check", build="true", **given), "env": {"ASKED": str(asked), **variables}}
             for given, variables in [(inputs, {"value": "the job's"}), ({}, job)]]
    path = {"PATH": f"{world.root / 'bin'}:{os.environ['PATH']}"}
    log = world.act(steps, environment=path)
    assert log.count("the build runs: check") == 2, log
    words = asked.read_text().splitlines()
    assert len(words) == 2, words
    for line in words:
        folder, rest = line.split(": ", 1)
        assert rest.startswith("install --quiet --locked --root ") and rest.endswith(" --path ."), line
        assert not folder.startswith(str(world.app)), line
    seen = [pair.split("=", 1) for pair in pathlib.Path(f"{asked}.env").read_text().split("\0") if pair]
    # act hands on its own environment, where the secrets are by their names.
    given = [name for name, value in seen for token in TOKENS.values() if token in value and name not in TOKENS.keys() - {"GITHUB_TOKEN"}]
    assert ["ASKED", str(asked)] in seen and not given, f"the build has {given}"
    left = [str(path) for path in world.root.rglob("*") if path.is_file() and path.name == "cupaas"]
    assert not left, left


DOCKER = """#!/bin/sh
case $1 in
  login) [ -n "$(cat)" ] && echo "logged in: $*" ;;
  build) grep -q . && echo "built: $*" ;;
  push) echo "pushed: $*" ;;
  inspect) echo "registry.example.cu/me/tasks@sha256:2222222222222222222222222222222222222222222222222222222222222222" ;;
esac
"""


def examples(world):
    """The workflow that `cupaas new` writes, and that of a GitOps repository; docker is a stand-in."""
    docker = world.root / "bin/docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    path = {"PATH": f"{world.root / 'bin'}:{os.environ['PATH']}", "CUPAAS_BINARY": CUPAAS}
    variables = [f"CUPAAS_GITOPS={world.gitops}", "CUPAAS_IMAGE_NAME=registry.example.cu/me/tasks"]
    text = (ROOT / "examples/deploy/.github/workflows/deploy.yaml").read_text()
    # The stand-in builds from a file: an app of this runtime brings its own.
    (world.app / ".cupaas").write_text("runtime: python\nprocesses: {web: {command: serve}}\n")
    push = {"ref": "refs/heads/main", "repository": {"full_name": "ana/tasks", "default_branch": "main"}}
    tokens = {"CUPAAS_GITOPS_TOKEN": TOKENS["GITOPS"], "GITHUB_TOKEN": TOKENS["GITHUB_TOKEN"]}
    log = world.workflow(world.app, "push", text, push, tokens, variables, path)
    for line in ["logged in: login --username", "built: build --tag registry.example.cu/me/tasks:", "pushed: push "]:
        assert line in log, (line, log)
    head = world.git(world.app, "rev-parse", "HEAD").strip()
    message = world.git(world.gitops, "log", "-1", "--format=%B", "main")
    assert "Cupaas-Image: registry.example.cu/me/tasks@sha256:" + "2" * 64 in message, message
    assert f"Cupaas-Source: https://127.0.0.1:1/ana/tasks@{head}" in message, message

    # A fork's pull request: no secret, and nothing of it is run.
    (world.app / ".cupaas").write_text("runtime: python\nprocesses: {web: {command: other}}\n")
    own = "3" * 40
    request = {"number": 12, "head": {"sha": own, "ref": "x", "repo": {"full_name": "eve/tasks"}},
               "base": {"sha": head, "ref": "main", "repo": {"full_name": "ana/tasks"}}}
    proposed = {**push, "action": "opened", "number": 12, "pull_request": request}
    log = world.workflow(world.app, "pull_request", text, proposed, {}, variables, path)
    assert "update Deployment web" in log and "built:" not in log, log
    assert message == world.git(world.gitops, "log", "-1", "--format=%B", "main")

    # The GitOps repository looks at itself.
    fleet = world.root / "fleet"
    world.git(world.root, "clone", "-q", str(world.gitops), str(fleet))
    world.git(fleet, "remote", "set-url", "origin", "https://127.0.0.1:1/ana/fleet")
    text = (ROOT / "examples/gitops/.github/workflows/validate.yaml").read_text()
    settings = fleet / "cupaas.yaml"
    settings.write_text(settings.read_text().replace("apps.example.cu", "apps.example.org"))
    log = world.workflow(fleet, "push", text, push, {}, [], path)
    assert "tasks.apps.example.org" in log, log
    assert "postgresql/settings" not in log, "it has no recipes"
    recipe = fleet / "catalog/services/postgresql"
    shutil.copytree(ROOT / "templates/services/postgresql", recipe, ignore=shutil.ignore_patterns("rotation"))
    log = world.workflow(fleet, "push", text, push, {}, [], path)
    assert "postgresql/settings" in log, log
    shutil.rmtree(fleet / "catalog")
    settings.write_text(settings.read_text() + "colour: blue\n")
    log = world.workflow(fleet, "push", text, push, {}, [], path, code=1)
    assert "::error file=cupaas.yaml,line=" in log and "unknown key" in log, log


TESTS = [everything_arrives, every_shell, every_command, other_forges, installation, building, examples]


def main():
    wanted = sys.argv[1:] or [test.__name__ for test in TESTS]
    failed = 0
    for test in TESTS:
        if test.__name__ not in wanted:
            continue
        world, began = World(), time.monotonic()
        try:
            test(world)
            print(f"ok      {test.__name__}   {time.monotonic() - began:.1f} s", flush=True)
            shutil.rmtree(world.root)
        except AssertionError as error:
            failed += 1
            print(f"FAILED  {test.__name__} (left in {world.root})\n{error}", flush=True)
    print(f"{len(wanted)} tests, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
