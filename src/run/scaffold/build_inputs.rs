//! What a Dockerfile asks of whoever builds it, secrets and arguments → what a workflow passes on, where its repository has
//! it: a step's variables, and the lines of its script.

use std::collections::BTreeSet;

/// Arguments that the builder itself knows (Dockerfile reference, "Predefined ARGs" and "in the global scope").
const PREDEFINED: [&str; 18] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
    "TARGETPLATFORM",
    "TARGETOS",
    "TARGETARCH",
    "TARGETVARIANT",
    "BUILDPLATFORM",
    "BUILDOS",
    "BUILDARCH",
    "BUILDVARIANT",
];
/// Beginnings of names that no secret or variable of a forge may have.
const RESERVED: [&str; 4] = ["GITHUB_", "GITEA_", "FORGEJO_", "CI_"];
/// The most of each kind.
const MOST: usize = 50;

/// What a build takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BuildInputs {
    /// Names under which the Dockerfile mounts secrets.
    secrets: BTreeSet<String>,
    /// Names of its arguments that have no value of their own.
    arguments: BTreeSet<String>,
}

impl BuildInputs {
    /// Those of a Dockerfile.
    pub(super) fn of(dockerfile: &str) -> Self {
        let mut inputs = Self::default();
        for instruction in instructions(dockerfile) {
            let Some((word, rest)) = instruction.trim_start().split_once(char::is_whitespace) else {
                continue;
            };
            match word.to_ascii_uppercase().as_str() {
                "RUN" => inputs.secrets.extend(rest.split_whitespace().filter_map(secret)),
                "ARG" => inputs.arguments.extend(rest.split_whitespace().filter_map(argument)),
                _ => {}
            }
        }
        inputs
    }

    /// The secrets of the repository that are passed, by name.
    pub(super) fn secrets(&self) -> Vec<String> {
        let names: BTreeSet<String> = self.secrets.iter().take(MOST).map(|id| name(id)).collect();
        names.into_iter().collect()
    }

    /// The variables of the repository that are.
    pub(super) fn variables(&self) -> Vec<String> {
        let names: BTreeSet<String> = self.arguments.iter().take(MOST).map(|id| name(id)).collect();
        names.into_iter().collect()
    }

    /// The workflow that passes them. A value that the repository does not have is empty there, and not passed.
    pub(super) fn into_workflow(self, workflow: &str) -> String {
        if self.secrets.is_empty() && self.arguments.is_empty() {
            return workflow.to_owned();
        }
        let mut variables = String::new();
        for name in self.secrets() {
            variables.push_str(&format!("          BUILD_SECRET_{name}: ${{{{ secrets.{name} }}}}\n"));
        }
        for name in self.variables() {
            variables.push_str(&format!("          BUILD_ARG_{name}: ${{{{ vars.{name} }}}}\n"));
        }
        let mut script =
            "          # What the Dockerfile asks for, as far as the repository has it.\n".to_owned();
        script.push_str("          set --\n");
        for id in self.secrets.iter().take(MOST) {
            let from = format!("BUILD_SECRET_{}", name(id));
            let secret = format!("--secret \"id={id},env={from}\"");
            script.push_str(&format!("          [ -z \"${from}\" ] || set -- \"$@\" {secret}\n"));
        }
        for id in self.arguments.iter().take(MOST) {
            let from = format!("BUILD_ARG_{}", name(id));
            let argument = format!("--build-arg \"{id}=${from}\"");
            script.push_str(&format!("          [ -z \"${from}\" ] || set -- \"$@\" {argument}\n"));
        }
        let build = "          printf '%s\\n' \"$dockerfile\" | docker build --tag \"$image\" ";
        // Each stands once in every example, which a test sees to.
        let script = format!("{script}{build}\"$@\" ");
        let text = workflow.replacen("        run: |\n", &format!("{variables}        run: |\n"), 1);
        text.replacen(build, &script, 1)
    }
}

/// The instructions of a Dockerfile, each as one line, without comments.
fn instructions(dockerfile: &str) -> Vec<String> {
    let (mut all, mut open) = (Vec::new(), String::new());
    for line in dockerfile.lines().filter(|line| !line.trim_start().starts_with('#')) {
        match line.trim_end().strip_suffix('\\') {
            Some(begun) => {
                open.push_str(begun);
                open.push(' ');
            }
            None => all.push(std::mem::take(&mut open) + line),
        }
    }
    all.push(open);
    all
}

/// The name of a secret that this word of a RUN mounts; where it gives none, it is the name of its file.
fn secret(word: &str) -> Option<String> {
    let options: Vec<(&str, &str)> =
        word.strip_prefix("--mount=")?.split(',').filter_map(|option| option.split_once('=')).collect();
    let of = |keys: &[&str]| options.iter().find(|(key, _)| keys.contains(key)).map(|(_, value)| *value);
    if of(&["type"]) != Some("secret") {
        return None;
    }
    let file = || of(&["target", "dst", "destination"])?.rsplit('/').next();
    of(&["id"]).or_else(file).filter(|id| is_plain(id)).map(str::to_owned)
}

/// The name of an argument without a value, and that the builder does not know by itself.
fn argument(word: &str) -> Option<String> {
    (is_plain(word) && !PREDEFINED.contains(&word)).then(|| word.to_owned())
}

/// Whether a name can stand in a script and in a workflow as it is.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
}

/// What the repository's secret or variable is called for a name of the Dockerfile.
fn name(id: &str) -> String {
    let word: String =
        id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let begins = RESERVED.iter().any(|reserved| word.starts_with(reserved));
    if begins || !word.starts_with(|c: char| c.is_ascii_alphabetic()) {
        format!("BUILD_{word}")
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use super::BuildInputs;

    #[test]
    fn what_a_dockerfile_asks_for_is_found() {
        let text = "ARG VERSION=1\nFROM x:${VERSION}\nARG VITE_API TARGETARCH\narg  lower\n# ARG NO\n\
                    RUN --mount=type=cache,target=/x \\\n  # a comment\n  --mount=type=secret,id=npmrc,target=/root/.npmrc \\\n  npm ci\n\
                    RUN --mount=type=secret,target=/run/secrets/pip.conf --mount=type=secret,id=GITHUB_TOKEN,env=T x\n\
                    RUN echo type=secret,id=none\nRUN --mount=type=secret,id=$ODD x";
        let inputs = BuildInputs::of(text);
        assert_eq!(inputs.secrets(), ["BUILD_GITHUB_TOKEN", "NPMRC", "PIP_CONF"]);
        assert_eq!(inputs.variables(), ["LOWER", "VITE_API"]);
        assert_eq!(BuildInputs::of("FROM x\n"), BuildInputs::default());
    }
}
