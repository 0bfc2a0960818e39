//! The files that are right, and what can be wrong in them.

/// Files by name; those of the app's folder, and those of the GitOps repository.
pub(crate) const FILES: [(&str, &str); 5] = [
    (
        ".cupaas",
        r#"format: 1
name: tasks
runtime: python:3.13
services:
  - mongodb
  - cache: {maxMemory: 64, name: store}
processes:
  web: {command: serve, port: 8080, health: /healthy, size: big}
  worker:
    command: work
    scale: {min: 1, max: 3}
  nightly:
    command: report
    schedule: "0 3 * * *"
release: migrate
env:
  LOG_LEVEL: info
  GREETING: hello
secrets:
  - SECRET_KEY
  - SIGNING_KEY: {file: /app/keys/signing.pem}
domains:
  - tasks.example.com
volumes:
  uploads:
    path: /app/uploads
    storage: 1Gi
environments:
  staging:
    env: {LOG_LEVEL: debug}
    processes:
      worker: {size: small}
    domains: [tasks.test.example.com]
  production:
    processes:
      web: {scale: 1}
"#,
    ),
    (
        "cupaas.yaml",
        r#"format: 1
kubernetes: "1.36"
environments:
  production: {cluster: home, domain: apps.example.cu}
  staging: {cluster: home, domain: test.example.cu}
routing:
  domains: ["*.example.com", "*.test.example.com"]
registry: {prefix: registry.example.cu/team}
network: {egress: open}
storage: {class: fast}
sizes:
  big: {cpu: 500m, memory: 2Gi}
env:
  TZ: America/Havana
secrets: {recipients: [age1gh6tq0huw6ctmatd47jxcwpt2d8y3fxrkksnfnjaw8tfx8n2j3eqzlyzzp]}
"#,
    ),
    (
        "apps/tasks.yaml",
        r#"format: 1
repository: https://git.example.cu/me/tasks.git
branches:
  main: production
env: {COLOUR: blue}
environments:
  staging: {env: {COLOUR: green}}
"#,
    ),
    (
        "catalog/services/cache/recipe.yaml",
        r#"format: 1
summary: a cache
versions:
  default: "1"
  supported: ["1"]
image: docker.io/library/cache:{{ version }}
port: 6379
params:
  maxMemory:
    type: integer
    default: 32
    doc: how many MiB it holds
provides:
  - {name: URL, value: "cache://{{ name }}:6379"}
files:
  - template: cache.yaml.j2
"#,
    ),
    (
        "catalog/services/cache/cache.yaml.j2",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ service.name }}-settings\n  \
         namespace: {{ namespace }}\n  labels: {{ service.labels }}\n# No maxMemory: of this program nobody says it.\n",
    ),
];

/// One mistake in one line.
#[derive(Debug)]
pub(crate) struct Mistake {
    /// The file.
    pub(crate) file: &'static str,
    /// The line as it is right.
    pub(crate) from: &'static str,
    /// The line with the mistake.
    pub(crate) to: &'static str,
    /// What stands at the place that is to be named.
    pub(crate) at: &'static str,
    /// The message.
    pub(crate) says: &'static str,
    /// Messages about other mistakes that cannot be known before this one is mended.
    pub(crate) hides: &'static [&'static str],
}

impl Mistake {
    const fn hides(self, hides: &'static [&'static str]) -> Self {
        Self { hides, ..self }
    }
}

const fn app(from: &'static str, to: &'static str, at: &'static str, says: &'static str) -> Mistake {
    Mistake { file: ".cupaas", from, to, at, says, hides: &[] }
}

const fn platform(from: &'static str, to: &'static str, at: &'static str, says: &'static str) -> Mistake {
    Mistake { file: "cupaas.yaml", from, to, at, says, hides: &[] }
}

const fn registered(from: &'static str, to: &'static str, at: &'static str, says: &'static str) -> Mistake {
    Mistake { file: "apps/tasks.yaml", from, to, at, says, hides: &[] }
}

const fn recipe(from: &'static str, to: &'static str, at: &'static str, says: &'static str) -> Mistake {
    Mistake { file: "catalog/services/cache/recipe.yaml", from, to, at, says, hides: &[] }
}

/// What can be wrong.
pub(crate) const MISTAKES: &[Mistake] = &[
    // Keys that are not known: what stands behind them counts all the same.
    app("runtime: python:3.13", "runtim: python:3.13", "runtim", "unknown key \"runtim\""),
    app("services:", "servces:", "servces", "unknown key \"servces\""),
    app("processes:", "process:", "process", "unknown key \"process\""),
    app("    command: work", "    comand: work", "comand", "unknown key \"comand\""),
    app("release: migrate", "colour: green", "colour", "unknown key \"colour\""),
    app("secrets:", "secret:", "secret", "unknown key \"secret\""),
    app("domains:", "domain:", "domain", "unknown key \"domain\""),
    app("volumes:", "volume:", "volume", "unknown key \"volume\""),
    app("    path: /app/uploads", "    pth: /app/uploads", "pth", "unknown key \"pth\""),
    app("environments:", "enviroments:", "enviroments", "unknown key \"enviroments\""),
    app("    env: {LOG_LEVEL: debug}", "    envs: {LOG_LEVEL: debug}", "envs", "unknown key \"envs\""),
    // Values of a wrong type.
    app("name: tasks", "name: [tasks]", "[tasks]", "expected a string, found a list")
        .hides(&["secret SECRET_KYE is not set"]),
    app("release: migrate", "name: other", "name", "duplicate key \"name\""),
    app(
        "runtime: python:3.13",
        "runtime: [python]",
        "[python]",
        "expected a string or a mapping, found a list",
    ),
    app("  - mongodb", "  - [mongodb]", "[mongodb]", "expected a string or a mapping, found a list"),
    app("    command: work", "    command: 5", "5", "expected a string or a list, found a number"),
    app(
        "    command: report",
        "    command: {a: b}",
        "{a: b}",
        "expected a string or a list, found a mapping",
    ),
    app(
        "    scale: {min: 1, max: 3}",
        "    scale: many",
        "many",
        "expected a whole number or a mapping, found a string",
    ),
    app(
        "  GREETING: hello",
        "  GREETING: [hello]",
        "[hello]",
        "expected a string or a number or true or false, found a list",
    ),
    app("  - SECRET_KEY", "  - 5", "5", "expected a string or a mapping, found a number"),
    // Values that are none.
    app("  - mongodb", "  - Mongo!", "Mongo!", "Mongo! does not fit here"),
    app("  - tasks.example.com", "  - tasks", "tasks", "tasks does not fit here"),
    app("    path: /app/uploads", "    path: uploads", "uploads", "uploads does not fit here"),
    app("    storage: 1Gi", "    storage: much", "much", "much does not fit here"),
    app("  GREETING: hello", "  GREETING-1: hello", "GREETING-1", "GREETING-1 does not fit here"),
    app(
        "  - SIGNING_KEY: {file: /app/keys/signing.pem}",
        "  - SIGNING_KEY: {file: keys}",
        "keys",
        "keys does not fit here",
    ),
    app("  worker:", "  Worker:", "Worker", "Worker does not fit here"),
    // What there is not.
    app("runtime: python:3.13", "runtime: pyton:3.13", "pyton", "unknown runtime \"pyton\""),
    app(
        "runtime: python:3.13",
        "runtime: python:2.7",
        "python",
        "python 2.7 (from .cupaas:3:10) is not supported",
    ),
    app("  - mongodb", "  - mongo", "mongo", "unknown service \"mongo\""),
    app("  - mongodb", "  - mongodb:3", "mongodb", "mongodb \"3\" is not supported"),
    app(
        "  - cache: {maxMemory: 64, name: store}",
        "  - cache: {maxMemry: 64, name: store}",
        "maxMemry",
        "cache has no setting \"maxMemry\"",
    ),
    app(
        "  - cache: {maxMemory: 64, name: store}",
        "  - cache: {maxMemory: lots, name: store}",
        "maxMemory",
        "invalid value for \"maxMemory\"",
    ),
    app(
        "  - cache: {maxMemory: 64, name: store}",
        "  - cache: {storage: 1Gi, name: store}",
        "1Gi",
        "cache stores nothing on disk",
    ),
    app(
        "  web: {command: serve, port: 8080, health: /healthy, size: big}",
        "  web: {command: serve, port: 8080, size: huge}",
        "huge",
        "unknown size \"huge\"",
    ),
    app("  - SECRET_KEY", "  - SECRET_KYE", "SECRET_KYE", "secret SECRET_KYE is not set"),
    app(
        "  - tasks.example.com",
        "  - tasks.example.org",
        "tasks.example.org",
        "the platform does not accept the domain \"tasks.example.org\"",
    ),
    app("  staging:", "  stagging:", "stagging", "the platform has no environment \"stagging\""),
    app("      worker: {size: small}", "      wroker: {size: small}", "wroker", "unknown process \"wroker\""),
    app("      worker: {size: small}", "      worker: {size: smal}", "smal}", "unknown size \"smal\""),
    app("      web: {scale: 1}", "      wbe: {scale: 1}", "wbe", "unknown process \"wbe\""),
    app(
        "    domains: [tasks.test.example.com]",
        "    domains: [tasks.example.net]",
        "tasks.example.net",
        "the platform does not accept the domain \"tasks.example.net\"",
    ),
    // What does not go together.
    app(
        "    schedule: \"0 3 * * *\"",
        "    health: /x",
        "/x",
        "\"nightly\" has no port for its health check",
    ),
    app("    scale: {min: 1, max: 3}", "    scale: {min: 3, max: 1}", "{min", "min 3 is greater than max 1"),
    app("  LOG_LEVEL: info", "  PORT: 80", "80", "PORT is given by cupaas"),
    app("    path: /app/uploads", "    path: /proc/x", "/proc", "cannot mount a volume at \"/proc/x\""),
    // The platform.
    platform("kubernetes: \"1.36\"", "kubernetes: \"1.20\"", "\"1.20\"", "Kubernetes 1.20 is not supported"),
    platform("kubernetes: \"1.36\"", "kubernetes: newest", "newest", "newest does not fit here"),
    platform("environments:", "enviroments:", "enviroments", "unknown key \"enviroments\""),
    platform(
        "  production: {cluster: home, domain: apps.example.cu}",
        "  production: {cluster: home, domian: apps.example.cu}",
        "domian",
        "unknown key \"domian\"",
    ),
    platform(
        "  production: {cluster: home, domain: apps.example.cu}",
        "  production: {cluster: Home}",
        "Home",
        "Home does not fit here",
    ),
    platform(
        "  production: {cluster: home, domain: apps.example.cu}",
        "  production: {domain: apps.example.cu}",
        "{domain",
        "missing key \"cluster\"",
    ),
    platform(
        "  staging: {cluster: home, domain: test.example.cu}",
        "  staging: home",
        "home",
        "expected a mapping, found a string",
    )
    .hides(&[
        "the platform has no environment \"stagging\"",
        "unknown size \"smal\"",
        "the platform does not accept the domain \"tasks.example.net\"",
    ]),
    platform(
        "  domains: [\"*.example.com\", \"*.test.example.com\"]",
        "  domains: everything",
        "everything",
        "expected a list, found a string",
    )
    .hides(&[
        "the platform does not accept the domain \"tasks.example.net\"",
        "the platform does not accept the domain \"tasks.example.org\"",
    ]),
    platform(
        "registry: {prefix: registry.example.cu/team}",
        "registry: {prefix: [a]}",
        "[a]",
        "expected a string, found a list",
    ),
    platform("registry: {prefix: registry.example.cu/team}", "registry: {}", "registry", "no image given"),
    platform(
        "network: {egress: open}",
        "network: {egress: shut}",
        "shut",
        "must be one of \"open\", \"closed\"",
    ),
    platform("storage: {class: fast}", "stroage: {class: fast}", "stroage", "unknown key \"stroage\""),
    platform("sizes:", "size:", "size", "unknown key \"size\""),
    platform("  big: {cpu: 500m, memory: 2Gi}", "  big: {cpu: 500m}", "{cpu", "missing key \"memory\""),
    platform("  TZ: America/Havana", "  PORT: 80", "80", "PORT is given by cupaas"),
    // The registration.
    registered(
        "repository: https://git.example.cu/me/tasks.git",
        "repo: https://git.example.cu/me/tasks.git",
        "repo",
        "unknown key \"repo\"",
    ),
    registered("  main: production", "  main: prodution", "prodution", "unknown environment \"prodution\""),
    registered(
        "env: {COLOUR: blue}",
        "env: {COLOUR: [blue]}",
        "[blue]",
        "expected a string or a number or true or false, found a list",
    ),
    registered(
        "  staging: {env: {COLOUR: green}}",
        "  stagging: {env: {COLOUR: green}}",
        "stagging",
        "unknown environment \"stagging\"",
    ),
    registered(
        "  staging: {env: {COLOUR: green}}",
        "  staging: {image: 5}",
        "5",
        "expected a string, found a number",
    ),
    // A recipe of the platform's own.
    recipe("summary: a cache", "sumary: a cache", "sumary", "unknown key \"sumary\""),
    recipe("  supported: [\"1\"]", "  supported: 1", "1", "expected a list, found a number"),
    recipe("port: 6379", "port: many", "many", "expected a whole number, found a string"),
    recipe("params:", "parms:", "parms", "unknown key \"parms\""),
    recipe(
        "    type: integer",
        "    type: number",
        "number",
        "must be one of \"boolean\", \"integer\", \"text\", \"list\", \"amount\", \"duration\"",
    )
    .hides(&["invalid value for \"maxMemory\""]),
    recipe("  - template: cache.yaml.j2", "  - templat: cache.yaml.j2", "templat", "unknown key \"templat\""),
];
