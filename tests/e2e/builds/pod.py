"""Runs an image as a pod runs it: user 10001, a root that only what is declared can be written of, a network of its own."""

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import yaml

USER = 10001


class Manifest:
    """What cupaas renders of the process `web`, as far as it is about one container."""

    def __init__(self, folder: Path):
        files = {path.name: path for path in folder.rglob("*.yaml")}
        template = yaml.safe_load(files["deployment-web.yaml"].read_text())["spec"]["template"]["spec"]
        container = template["containers"][0]
        self.command = [*container.get("command", []), *container.get("args", [])]
        self.writable = [mount["mountPath"] for mount in container.get("volumeMounts", [])]
        self.environment = {}
        for source in container.get("envFrom", []):
            if name := source.get("configMapRef", {}).get("name"):
                self.environment |= yaml.safe_load(files[f"configmap-{name}.yaml"].read_text())["data"]
        # What comes from a Secret is for who runs this to set.
        for one in container.get("env", []):
            value = re.sub(r"\$\((\w+)\)", lambda m: self.environment.get(m[1], m[0]), one.get("value", "none"))
            self.environment[one["name"]] = value
        probe = container["readinessProbe"].get("httpGet", {})
        self.path = probe.get("path", "/")
        self.host = next((h["value"] for h in probe.get("httpHeaders", []) if h["name"] == "Host"), "localhost")


class Pod:
    """A running container. `log` is what it says."""

    def __init__(self, root: str, command: list[str], environment: dict, folder: str, writable: list[str], log: Path):
        self.log = log
        said = json.dumps({"root": root, "command": command, "environment": environment, "folder": folder, "writable": writable})
        with open(log, "w") as out:
            # As runc does it: some programs open their output by its path.
            os.chown(log, USER, USER)
            self.process = subprocess.Popen(
                ["unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", sys.executable, __file__, said],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        while not (found := children.read_text().split()) and self.process.poll() is None:
            time.sleep(0.01)
        self.first = int(found[0]) if found else 0

    def get(self, port: int, path: str, host: str) -> tuple[int, str] | None:
        """The answer of the app, asked from within its network; None: none yet."""
        answer = []

        def ask():
            with open(f"/proc/{self.first}/ns/net") as space:
                if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), 0x40000000):
                    return
            try:
                request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": host})
                with urllib.request.build_opener(urllib.request.ProxyHandler({}), Stay()).open(request, timeout=10) as response:
                    answer.append((response.status, response.read().decode(errors="replace")))
            except urllib.error.HTTPError as error:
                answer.append((error.code, error.read().decode(errors="replace")))
            except OSError:
                pass

        # A thread alone goes there, and ends.
        thread = threading.Thread(target=ask)
        try:
            thread.start()
            thread.join()
        except FileNotFoundError:
            return None
        return answer[0] if answer else None

    def wait(self, port: int, path: str, host: str, seconds: float) -> tuple[int, str] | None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and self.process.poll() is None:
            if answer := self.get(port, path, host):
                return answer
            time.sleep(0.2)
        return None

    def stop(self, seconds: float) -> float | None:
        """How long it takes to end once it is told to; None: it had ended before, or does not."""
        if self.process.poll() is not None:
            return None
        began = time.monotonic()
        os.kill(self.first, signal.SIGTERM)
        try:
            self.process.wait(seconds)
            return time.monotonic() - began
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirection is an answer."""

    def redirect_request(self, *_):
        return None


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def inside(root: str, command: list[str], environment: dict, folder: str, writable: list[str]) -> None:
    """In the namespaces: mounts what a container has, and becomes its first process."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    mount("--make-rprivate", "/")
    mount("--bind", root, root)
    for path in [*writable, "/proc", "/dev", "/sys"]:
        os.makedirs(root + path, exist_ok=True)
    mount("-o", "remount,bind,ro", root)
    mount("-t", "proc", "proc", f"{root}/proc")
    mount("-t", "tmpfs", "-o", "mode=755", "dev", f"{root}/dev")
    for device in ["null", "zero", "full", "random", "urandom", "tty"]:
        Path(f"{root}/dev/{device}").touch()
        mount("--bind", f"/dev/{device}", f"{root}/dev/{device}")
    for number, name in enumerate(["stdin", "stdout", "stderr"]):
        os.symlink(f"/proc/self/fd/{number}", f"{root}/dev/{name}")
    os.symlink("/proc/self/fd", f"{root}/dev/fd")
    os.mkdir(f"{root}/dev/shm")
    mount("-t", "tmpfs", "-o", "mode=1777", "shm", f"{root}/dev/shm")
    # An emptyDir: everybody may write, and no sticky bit.
    for path in writable:
        mount("-t", "tmpfs", "-o", "mode=0777", "empty", root + path)
    os.chroot(root)
    os.chdir(folder)
    ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # no new privileges
    os.setgroups([USER])
    os.setgid(USER)
    os.setuid(USER)
    # Python ignores these, and what it becomes would, too.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    os.execvpe(command[0], command, environment)


if __name__ == "__main__":
    inside(**json.loads(sys.argv[1]))
