//! The action's script, by each shell at hand: which program it runs, what others see of its tokens, and what it leaves.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::sandbox::{Ran, Sandbox, ran};

const TOKEN: &str = "t0ken-of-a-j0b";

fn shells() -> Vec<&'static [&'static str]> {
    let all: [&[&str]; 3] = [&["dash"], &["bash"], &["busybox", "sh"]];
    let there = |shell: &&[&str]| {
        let mut command = Command::new(shell[0]);
        command.args(&shell[1..]).args(["-c", ":"]).output().is_ok_and(|done| done.status.success())
    };
    let found: Vec<_> = all.into_iter().filter(|shell| there(shell)).collect();
    assert!(!found.is_empty());
    found
}

fn executable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A step with these inputs.
fn step(sandbox: &Sandbox, shell: &[&str], inputs: &[(&str, &str)]) -> Ran {
    ran(&started(sandbox, shell, inputs).output().unwrap())
}

fn started(sandbox: &Sandbox, shell: &[&str], inputs: &[(&str, &str)]) -> Command {
    // A shell's own jobs in the background ignore what a terminal sends, and so does all that they start.
    let reset: &[&str] =
        if cfg!(target_os = "linux") { &["env", "--default-signal=INT,HUP,TERM"] } else { &["env"] };
    let mut command = Command::new(reset[0]);
    command.args(&reset[1..]).args(shell).arg(concat!(env!("CARGO_MANIFEST_DIR"), "/action/cupaas.sh"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).current_dir(sandbox.path(""));
    command.env("HOME", sandbox.path("home")).env("RUNNER_TEMP", sandbox.path("tmp"));
    command.env("RUNNER_TOOL_CACHE", sandbox.path("cache")).env("GITHUB_PATH", sandbox.path("paths"));
    command.envs(inputs.iter().copied());
    command
}

fn left(sandbox: &Sandbox) -> usize {
    fs::read_dir(sandbox.path("tmp")).unwrap().count()
}

#[test]
fn a_word_of_the_shell_or_a_relative_path_is_no_program() {
    for shell in shells() {
        let sandbox = Sandbox::new();
        let bin = sandbox.write("bin", &[("cupaas", "")]);
        executable(&bin.join("cupaas"), "#!/bin/sh\necho is run\n");
        for binary in
            ["eval", "exec", "mask", "fail", "alone", "bin/cupaas", "./bin/cupaas", "/nowhere/cupaas", "."]
        {
            for command in ["install", "check"] {
                let done = step(&sandbox, shell, &[("INPUT_COMMAND", command), ("INPUT_BINARY", binary)]);
                assert_eq!(done.code, Some(2), "{shell:?} {binary}: {}{}", done.stdout, done.stderr);
                assert!(done.stderr.starts_with("::error title=cupaas::"), "{}", done.stderr);
                assert!(!done.stdout.contains("is run"), "{shell:?} {binary}");
                assert_eq!(left(&sandbox), 0, "{shell:?} {binary}: a folder stays");
            }
        }
        assert!(!sandbox.path("paths").exists(), "nothing got onto the PATH of later steps");
        let whole = bin.join("cupaas").display().to_string();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        for binary in [("INPUT_BINARY", whole.as_str()), ("INPUT_BINARY", "cupaas")] {
            let done = step(&sandbox, shell, &[("INPUT_COMMAND", "check"), binary, ("PATH", &path)]);
            assert_eq!((done.code, done.stdout.trim()), (Some(0), "is run"), "{shell:?} {}", done.stderr);
            let done = step(&sandbox, shell, &[("INPUT_COMMAND", "install"), binary, ("PATH", &path)]);
            assert_eq!(done.code, Some(0), "{shell:?} {}", done.stderr);
        }
        let paths = fs::read_to_string(sandbox.path("paths")).unwrap();
        assert_eq!(paths, format!("{0}\n{0}\n", bin.display()));
    }
}

#[test]
fn what_is_refused_leaves_no_folder() {
    for shell in shells() {
        let sandbox = Sandbox::new();
        let sum = "0".repeat(64);
        for inputs in [
            &[("INPUT_VERSION", "../x")][..],
            &[("INPUT_VERSION", "1.0.0")],
            &[("INPUT_VERSION", "1.0.0"), ("INPUT_CHECKSUM", "x")],
            &[("INPUT_VERSION", "1.0.0"), ("INPUT_CHECKSUM", &sum), ("INPUT_MIRROR", "http://127.0.0.1:9")],
        ] {
            let inputs = [&[("INPUT_COMMAND", "check")][..], inputs].concat();
            let done = step(&sandbox, shell, &inputs);
            assert_eq!(done.code, Some(2), "{shell:?} {inputs:?}: {}", done.stderr);
            assert_eq!(left(&sandbox), 0, "{shell:?} {inputs:?}: a folder stays");
        }
    }
}

#[test]
fn no_program_but_cupaas_is_started_with_a_token_in_its_environment() {
    for shell in shells() {
        let sandbox = Sandbox::new();
        let bin = sandbox.write("bin", &[]);
        let log = sandbox.path("log").display().to_string();
        // Each writes down what it is given, and is then the program itself.
        for name in ["dirname", "mktemp", "sed", "grep", "rm", "cat", "od", "tr", "uname"] {
            let found =
                Command::new("sh").args(["-c", &format!("command -v {name}")]).output().unwrap().stdout;
            let real = String::from_utf8(found).unwrap();
            executable(&bin.join(name), &format!("#!/bin/sh\nenv >>{log}\nexec {} \"$@\"\n", real.trim()));
        }
        executable(&bin.join("cupaas"), &format!("#!/bin/sh\nenv >{log}.cupaas\n"));
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let mut inputs = vec![("INPUT_COMMAND", "render"), ("INPUT_BINARY", "cupaas"), ("PATH", &path)];
        for name in
            ["INPUT_GITOPS_TOKEN", "INPUT_TOKEN", "INPUT_REGISTRY_PASSWORD", "SOPS_AGE_KEY", "GITHUB_TOKEN"]
        {
            inputs.push((name, TOKEN));
        }
        let done = step(&sandbox, shell, &inputs);
        assert_eq!(done.code, Some(0), "{shell:?} {}{}", done.stdout, done.stderr);
        let seen = fs::read_to_string(&log).unwrap();
        assert!(seen.contains("RUNNER_TEMP="), "{shell:?}: the programs were not started");
        let lines: Vec<&str> = seen.lines().filter(|line| line.contains(TOKEN)).collect();
        assert_eq!(lines, [""; 0], "{shell:?}");
        assert!(fs::read_to_string(format!("{log}.cupaas")).unwrap().contains("CUPAAS_GITOPS_TOKEN="));
    }
}

#[test]
fn a_signal_to_the_step_gets_to_cupaas_and_its_exit_is_the_steps() {
    for shell in shells() {
        for (signal, command) in
            [("INT", "check"), ("TERM", "check"), ("TERM", "render"), ("INT", "secret set"), ("HUP", "check")]
        {
            let sandbox = Sandbox::new();
            let bin = sandbox.write("bin", &[("cupaas", "")]);
            let (begun, told) = (sandbox.path("begun"), sandbox.path("told"));
            let script = format!(
                "#!/bin/sh\ntrap 'sleep 0.3; echo told >{}; exit 9' TERM\n: >{}\nwhile :; do sleep 0.05; done\n",
                told.display(),
                begun.display()
            );
            executable(&bin.join("cupaas"), &script);
            let whole = bin.join("cupaas").display().to_string();
            let inputs = [
                ("INPUT_COMMAND", command),
                ("INPUT_BINARY", &whole),
                ("INPUT_GITOPS", "/x"),
                ("INPUT_VALUE", "v"),
            ];
            let mut child =
                started(&sandbox, shell, &inputs).stdout(std::process::Stdio::null()).spawn().unwrap();
            let start = std::time::Instant::now();
            while !begun.exists() && start.elapsed().as_secs() < 20 {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            assert!(begun.exists(), "{shell:?} {command}: cupaas was not started");
            let id = child.id().to_string();
            assert!(Command::new("kill").args([&format!("-{signal}"), &id]).status().unwrap().success());
            let code = child.wait().unwrap().code();
            assert!(told.exists(), "{shell:?} {signal} {command}: the step has ended before cupaas");
            assert_eq!(code, Some(9), "{shell:?} {signal} {command}");
        }
    }
}
