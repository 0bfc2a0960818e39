"""Images that stand in for those that Dockerfiles name, made of Debian's packages and of what the registries of packages have."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUITES = {"3.11": "bookworm", "3.13": "trixie", "3.14": "sid"}

# (what a Dockerfile may name, the folder in images/ that says how it is made, from what else)
STAND_INS = [
    (r"docker\.io/library/debian:(?P<SUITE>\w+)-slim", None),
    (r"docker\.io/library/python:(?P<VERSION>\d+\.\d+)-slim(-\w+)?", "python"),
    (r"docker\.io/library/node:(?P<VERSION>[\d.]+)(-trixie)?-slim", "node"),
    (r"docker\.io/library/ruby:(?P<VERSION>[\d.]+)(-slim)?(-trixie)?", "ruby"),
    (r"docker\.io/library/php:(?P<VERSION>[\d.]+)-apache(-trixie)?", "php"),
    (r"docker\.io/mlocati/php-extension-installer:2", "php-extension-installer"),
    (r"docker\.io/library/composer:2", "composer"),
    (r"docker\.io/library/golang:(?P<VERSION>[\d.]+)-trixie", "go"),
    (r"docker\.io/library/rust:(?P<VERSION>[\d.]+)-slim(-trixie)?", "rust"),
    (r"docker\.io/library/eclipse-temurin:(?P<VERSION>\d+)-jdk-noble", "jdk"),
    (r"docker\.io/library/eclipse-temurin:(?P<VERSION>\d+)-jre-noble", "jre"),
    (r"docker\.io/library/maven:3\.9-eclipse-temurin-(?P<VERSION>\d+)-noble", "maven"),
    (r"docker\.io/library/elixir:(?P<VERSION>[\d.]+)-otp-\d+-slim", "elixir"),
    (r"docker\.io/oven/bun:(?P<VERSION>[\d.]+)-slim", "bun"),
    (r"docker\.io/denoland/deno:(?P<VERSION>[\d.]+)", "deno"),
    (r"docker\.io/joseluisq/static-web-server:2", "static-web-server"),
]

# How this machine reaches the registries; not of the images that are tried.
WAY_OUT = [
    name
    for name in ("SSL_CERT_FILE CURL_CA_BUNDLE PIP_CERT REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS GIT_SSL_CAINFO HTTP_PROXY HTTPS_PROXY "
                 "NO_PROXY http_proxy https_proxy no_proxy PIP_INDEX_URL UV_INDEX_URL npm_config_registry GOPROXY GOSUMDB").split()
    if name in os.environ
] + ["DENO_TLS_CA_STORE"]
os.environ["DENO_TLS_CA_STORE"] = "system"


class Missing(Exception):
    """Why an image cannot be had."""


class Builder:
    """buildah, with a storage of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.program = ["buildah", "--root", f"{folder}/storage", "--runroot", f"{folder}/run", "--storage-driver", "overlay"]

    def scratch(self, folder: Path) -> None:
        """Where buildah keeps what `--mount=type=cache` names, and its temporary files."""
        folder.mkdir()
        os.environ["TMPDIR"] = str(folder)

    def __call__(self, *words: str, check: bool = True) -> str:
        done = subprocess.run([*self.program, *words], capture_output=True, text=True, errors="replace")
        if check and done.returncode:
            raise Missing((done.stdout + done.stderr)[-3000:])
        return done.stdout.strip()

    def build(self, context: Path, file: Path, tag: str, *words: str, offline: bool = False) -> subprocess.CompletedProcess:
        """What `buildah build` says, with layers kept; `offline`: without any network."""
        alone = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"] if offline else []
        environment = [word for name in WAY_OUT for word in ("--env", f"{name}={os.environ[name]}")]
        return subprocess.run(
            [*alone, *self.program, "build", "--layers", "--isolation", "chroot", "--network", "host", "--pull=never", *environment,
             "--format", "docker", "--tag", tag, *words, "--file", str(file), str(context)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")

    def config(self, image: str) -> dict:
        said = json.loads(self("inspect", "--type", "image", image))
        return said["Docker"]["config"]

    def size(self, image: str) -> float:
        """In MB."""
        number, unit = self("images", "--format", "{{.Size}}", image).splitlines()[0].split()
        return float(number) * {"B": 1e-6, "KB": 1e-3, "MB": 1, "GB": 1e3}[unit]

    def clean(self) -> None:
        """What no tag names any more."""
        self("rm", "--all", check=False)
        self("rmi", "--prune", check=False)


def full(name: str) -> str:
    """The whole name of an image, as everything that reads Dockerfiles has it."""
    return name if "/" in name else f"docker.io/library/{name}"


def named(dockerfile: str) -> list[str]:
    """The images that a Dockerfile begins from, but for its own stages and nothing."""
    stages = re.findall(r"^FROM .* AS (\S+)", dockerfile, re.M | re.I)
    images = re.findall(r"^FROM (\S+)", dockerfile, re.M) + re.findall(r"--from=(\S+)", dockerfile)
    return sorted({image for image in images if image not in [*stages, "scratch"]})


def found(name: str) -> tuple[str | None, dict]:
    """The folder that says how an image is made, None for Debian itself, and from what else."""
    for pattern, folder in STAND_INS:
        if match := re.fullmatch(pattern, full(name)):
            arguments = match.groupdict()
            if folder == "python":
                if arguments["VERSION"] not in SUITES:
                    raise Missing(f"Debian has no Python {arguments['VERSION']}")
                arguments["SUITE"] = SUITES[arguments["VERSION"]]
            return folder, arguments
    raise Missing(f"nothing stands in for {name}")


def bases(folder: str, arguments: dict) -> list[str]:
    """The images that a stand-in begins from."""
    text = (HERE / "images" / folder / "Containerfile").read_text()
    for key, value in arguments.items():
        text = text.replace(f"${{{key}}}", value)
    return named(text)


def made_of(name: str) -> str:
    """What an image is made of, as a short text: another one when any of it changes."""
    folder, arguments = found(name)
    if folder is None:
        return digest(*debian_words(arguments["SUITE"]), (HERE / "images/debian/docker-clean").read_text())
    files = sorted(path for path in (HERE / "images" / folder).rglob("*") if path.is_file())
    return digest(name, *(path.read_text() for path in files), *(made_of(base) for base in bases(folder, arguments)))


def ensure(builder: Builder, name: str) -> None:
    """Makes the image that stands for `name`, unless it is there as its files say."""
    folder, arguments = found(name)
    for base in bases(folder, arguments) if folder else []:
        ensure(builder, base)
    wanted = made_of(name)
    if is_there(builder, name, wanted):
        return
    print(f"making what stands for {name}, once", flush=True)
    if folder is None:
        debian(builder, name, arguments["SUITE"], wanted)
    else:
        make(builder, name, folder, arguments, wanted)
    # A name without a registry is looked for on this machine first.
    if name != full(name):
        builder("tag", full(name), f"localhost/{name}")


def make(builder: Builder, name: str, folder: str, arguments: dict, wanted: str) -> None:
    """What the Containerfile in a folder says, beside what its `prepare.sh` has fetched."""
    source = HERE / "images" / folder
    with tempfile.TemporaryDirectory(dir=builder.folder) as context:
        shutil.copytree(source, context, dirs_exist_ok=True)
        if (source / "prepare.sh").exists():
            done = subprocess.run([source / "prepare.sh", context, arguments.get("VERSION", "")], capture_output=True, text=True)
            if done.returncode:
                raise Missing(f"what stands for {name} cannot be made:\n{(done.stdout + done.stderr)[-2000:]}")
        words = [word for key, value in arguments.items() for word in ("--build-arg", f"{key}={value}")]
        done = builder.build(Path(context), Path(context) / "Containerfile", full(name), *words, "--label", f"made-of={wanted}")
        if done.returncode:
            raise Missing(f"what stands for {name} cannot be made:\n{done.stdout[-3000:]}")


def debian_words(suite: str) -> list[str]:
    """What mmdebstrap is told: a root with the least, and the authorities of this machine."""
    # As the official image: without documentation, and apt keeps nothing. What a mirror has of sid may be older than it should be.
    return ["--variant=minbase", "--format=tar", "--aptopt=Acquire::Check-Valid-Until \"false\"", "--dpkgopt=path-exclude=/usr/share/man/*",
            "--dpkgopt=path-exclude=/usr/share/locale/*", "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-include=/usr/share/doc/*/copyright",
            "--customize-hook=mkdir -p \"$1/usr/local/share/ca-certificates\" \"$1/etc/ssl/certs\"",
            "--customize-hook=cp -r /usr/local/share/ca-certificates/. \"$1/usr/local/share/ca-certificates/\"",
            "--customize-hook=cp /etc/ssl/certs/ca-certificates.crt \"$1/etc/ssl/certs/\"",
            "--customize-hook=copy-in images/debian/docker-clean /etc/apt/apt.conf.d/", suite]


def debian(builder: Builder, name: str, suite: str, wanted: str) -> None:
    """Debian itself."""
    tar = builder.folder / f"{suite}.tar"
    done = subprocess.run(["mmdebstrap", *debian_words(suite), tar], cwd=HERE, capture_output=True, text=True)
    if done.returncode:
        raise Missing(f"what stands for {name} cannot be made:\n{done.stderr[-3000:]}")
    one = builder("from", "scratch")
    builder("add", "--quiet", one, str(tar), "/")
    tar.unlink()
    builder("config", "--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "--cmd", '["bash"]',
            "--label", f"made-of={wanted}", one)
    builder("commit", "--quiet", "--rm", one, full(name))


def digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def is_there(builder: Builder, name: str, wanted: str) -> bool:
    if not builder("images", "--quiet", full(name), check=False):
        return False
    return (builder.config(full(name)).get("Labels") or {}).get("made-of") == wanted
