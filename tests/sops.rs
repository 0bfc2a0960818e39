//! Encrypted Secrets against the official `sops`: random files for one and for three recipients are decrypted,
//! with the MAC check, before and after their labels were rewritten.
//!
//! Runs where `SOPS_BIN` names the program (3.9 or later) and says loudly that it did not run where not;
//! `tests/e2e/sops.sh` installs one and sets it. `SOPS_FILES` is how many files are tried (default 100). Where `AGE_BIN`
//! names the official age, it opens the data key of each file for each recipient.
#![allow(clippy::disallowed_methods, reason = "a test of files and a program")]
#![allow(clippy::print_stderr, clippy::explicit_write, clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use cupaas::parts::seal::{
    AgeIdentity, PrivateKeys, Recipient, encrypt_secret, inspect, make_identity, make_password, reattach,
};
use proptest::prelude::{Just, any, prop_oneof};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use zeroize::Zeroizing;

#[test]
fn the_official_sops_reads_what_is_sealed() {
    let Some(sops) = program() else { return };
    let count = std::env::var("SOPS_FILES").ok().map_or(100, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let identities = [make_identity(), make_identity(), make_identity()];
    let value = prop_oneof![
        3 => "(?s).{0,120}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..120),
    ];
    let strategy = proptest::collection::btree_map("[-._a-zA-Z0-9]{3,40}", value, 0..6);
    let mut runner = TestRunner::default();
    for number in 0..count {
        let mut data = strategy.new_tree(&mut runner).unwrap().current();
        data.insert("password".to_owned(), make_password().unwrap().as_bytes().to_vec());
        data.insert("binary".to_owned(), b"\xff\0".to_vec());
        data.insert("empty".to_owned(), Vec::new());
        match number {
            // A Secret holds a mebibyte, as text or in base64.
            0 => _ = data.insert("big".to_owned(), b"x\n".repeat((1 << 19) - 500)),
            1 => _ = data.insert("big".to_owned(), b"\0\x80".repeat((1 << 19) - 500)),
            _ => {}
        }
        let to = if number % 2 == 0 { &identities[..1] } else { &identities };
        let reader = &identities[number % to.len()];
        check(&sops, folder.path(), &data, to, reader, i64::try_from(number).unwrap() * 86_399_999);
    }
    eprintln!("{count} files decrypted by {}, each before and after new labels", sops.display());
}

/// The program; without it a line that a test's captured output does not swallow.
fn program() -> Option<PathBuf> {
    let found = std::env::var_os("SOPS_BIN").map(PathBuf::from);
    if found.is_none() {
        let line = "\n!!! SKIPPED: SOPS_BIN is not set, nothing was tried against the official sops !!!\n";
        writeln!(std::io::stderr(), "{line}").unwrap();
    }
    found
}

/// Files that people have changed with `sops` itself since: other recipients, another value.
#[test]
fn what_sops_rewrote_can_still_be_relabelled() {
    let Some(sops) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (make_identity(), make_identity());
    let secret = BTreeMap::from([("a", "x\ny"), ("b", ""), ("no", "2026-01-01")]);
    let owned =
        secret.iter().map(|(k, v)| ((*k).to_owned(), Zeroizing::new(v.as_bytes().to_vec()))).collect();
    let sealed = encrypt_secret(&plain("first"), &owned, std::slice::from_ref(&one.recipient), 0).unwrap();
    let file = folder.path().join("secret.yaml");
    std::fs::write(&file, sealed).unwrap();
    let (path, added) = (file.to_str().unwrap(), two.recipient.to_string());
    for arguments in [
        &["rotate", "--in-place", "--add-age", &added, path][..],
        &["set", path, "[\"stringData\"][\"a\"]", "\"new\""],
    ] {
        let mut command = Command::new(&sops);
        command.args(arguments).env("SOPS_AGE_KEY", one.secret.as_str()).env("HOME", folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let rewritten = std::fs::read_to_string(&file).unwrap();
    let read = inspect(&rewritten).unwrap();
    assert_eq!(read.recipients, [one.recipient.to_string(), two.recipient.to_string()]);
    assert_eq!(
        (read.keys.as_slice(), read.clear.as_slice()),
        (["a", "b", "no"].map(str::to_owned).as_slice(), &[][..])
    );
    for reader in [&one, &two] {
        let text = reattach(&rewritten, &plain("y")).unwrap();
        let output = decrypt(&sops, folder.path(), &text, reader);
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        let read: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(read["stringData"], json!({"a": "new", "b": "", "no": "2026-01-01"}));
        assert_eq!(read["metadata"]["labels"]["l"], "y");
    }
}

/// The program is run as a person runs it: secrets are set for one and for three recipients, and deployed. Every file
/// that stands in the repository then is read by everyone who should be able to.
#[test]
fn the_official_programs_read_what_the_program_writes() {
    let Some(sops) = program() else { return };
    let value = prop_oneof![
        Just(Vec::new()),
        "(?s).{0,120}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..120),
        Just("x\n".repeat(1 << 19).into_bytes()),
        Just(b"\0\xff".repeat(1 << 19)),
    ];
    let strategy = proptest::collection::btree_map("[A-Z_][A-Z0-9_]{2,20}", value, 5..9);
    let mut runner = TestRunner::default();
    for count in [1, 3] {
        let world = tempfile::tempdir().unwrap();
        let identities: Vec<AgeIdentity> = (0..count).map(|_| make_identity()).collect();
        let mut values = strategy.new_tree(&mut runner).unwrap().current();
        values.retain(|name, _| name != "PORT");
        let names: Vec<String> = values.keys().map(|n| format!("{{{n}: {{file: /app/keys/{n}}}}}")).collect();
        let write = |path: &str, text: String| {
            let path = world.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        let public: Vec<String> = identities.iter().map(|identity| identity.recipient.to_string()).collect();
        write(
            "gitops/cupaas.yaml",
            format!(
                "environments: {{production: {{cluster: home}}}}\nregistry: {{prefix: r.example.cu/t}}\nsecrets: {{recipients: [{}]}}\n",
                public.join(", ")
            ),
        );
        write(
            "app/.cupaas",
            format!(
                "name: shop\nruntime: image\nservices: [mongodb]\nprocesses: {{web: {{command: serve}}}}\nsecrets: [{}]\n",
                names.join(", ")
            ),
        );
        for args in [
            &["init", "-q", "-b", "main", "gitops"][..],
            &["-C", "gitops", "add", "-A"],
            &[
                "-C",
                "gitops",
                "-c",
                "user.name=t",
                "-c",
                "user.email=t@example.cu",
                "commit",
                "-q",
                "-m",
                "begin",
            ],
            &["clone", "-q", "--bare", "gitops", "gitops.git"],
        ] {
            run(world.path(), Path::new("git"), args, b"");
        }
        let cupaas = |args: &[&str], input: &[u8]| {
            let args = [args, &["--gitops", "gitops.git"]].concat();
            run(world.path(), Path::new(env!("CARGO_BIN_EXE_cupaas")), &args, input);
        };
        for (name, value) in &values {
            cupaas(&["secret", "set", name, "app", "--file", "-", "--allow-empty"], value);
        }
        cupaas(&["deploy", "app"], b"");
        let head = run(world.path(), Path::new("git"), &["-C", "gitops.git", "rev-parse", "main"], b"");
        for args in [
            &["deploy", "app"][..],
            &["secret", "check", "app"],
            &["secret", "rotate", "--recipients", "--all"],
        ] {
            cupaas(args, b"");
        }
        let after = run(world.path(), Path::new("git"), &["-C", "gitops.git", "rev-parse", "main"], b"");
        assert_eq!(head, after, "running everything again changed something");
        run(world.path(), Path::new("git"), &["clone", "-q", "gitops.git", "out"], b"");
        let files = sealed_files(&world.path().join("out"));
        // Kept and applied, of each secret and of the database's credentials.
        assert_eq!(files.len(), 2 * (values.len() + 1));
        for text in &files {
            for reader in &identities {
                let output = decrypt(&sops, world.path(), text, reader);
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                let found = held(&serde_json::from_slice(&output.stdout).unwrap());
                let known = |(name, value): (&String, &Vec<u8>)| match values.get(name) {
                    Some(expected) => expected == value,
                    None => ["username", "password", "keyfile"].contains(&name.as_str()),
                };
                assert!(!found.is_empty() && found.iter().all(known), "{:?}", found.keys());
            }
            open_with_age(world.path(), text, &identities);
        }
        eprintln!("{} files of a deploy decrypted by each of {count} recipients", files.len());
    }
}

/// Files that people encrypt with `sops` alone: with labels that are free, and with labels under the MAC.
#[test]
fn what_people_encrypt_by_hand_is_applied() {
    let Some(sops) = program() else { return };
    let world = tempfile::tempdir().unwrap();
    let me = make_identity();
    let git = |args: &[&str]| run(world.path(), Path::new("git"), args, b"");
    let platform = format!(
        "environments: {{production: {{cluster: home}}}}\nregistry: {{prefix: r.example.cu/t}}\n\
         secrets: {{recipients: [{}]}}\n",
        me.recipient
    );
    let app = "name: shop\nruntime: image\nprocesses: {web: {command: serve}}\nsecrets: [FREE, BOUND]\n";
    let kept = world.path().join("gitops/releases/production/shop/secrets");
    std::fs::create_dir_all(&kept).unwrap();
    std::fs::create_dir(world.path().join("app")).unwrap();
    std::fs::write(world.path().join("app/.cupaas"), app).unwrap();
    std::fs::write(world.path().join("gitops/cupaas.yaml"), platform).unwrap();
    for (key, name, free) in [
        ("FREE", "any-name", true),
        ("BOUND", &cupaas::parts::resolve::secrets::secret_object("BOUND"), false),
    ] {
        let object = json!({"apiVersion": "v1", "kind": "Secret", "data": {key: BASE64_STANDARD.encode("by hand")},
            "metadata": {"name": name, "namespace": "shop-production"}, "immutable": false});
        std::fs::write(world.path().join("plain.json"), object.to_string()).unwrap();
        let rule = json!({"age": me.recipient.to_string(), "encrypted_regex": "^(data|stringData)$",
            "mac_only_encrypted": free});
        std::fs::write(world.path().join("sops.yaml"), json!({"creation_rules": [rule]}).to_string())
            .unwrap();
        let args = [
            "--config",
            "sops.yaml",
            "encrypt",
            "--input-type",
            "json",
            "--output-type",
            "yaml",
            "plain.json",
        ];
        let sealed = run(world.path(), &sops, &args, b"");
        let mut keys = PrivateKeys::default();
        keys.add(&me.key_file());
        assert_eq!(cupaas::parts::seal::verify(&sealed, &keys), Ok(true), "{key}");
        let changed = sealed.replace("immutable: false", "immutable: true");
        assert_ne!(changed, sealed);
        assert_eq!(cupaas::parts::seal::verify(&changed, &keys).is_ok(), free, "{key}");
        std::fs::write(kept.join(format!("{key}.yaml")), sealed).unwrap();
    }
    git(&["init", "-q", "-b", "main", "gitops"]);
    git(&["-C", "gitops", "add", "-A"]);
    git(&[
        "-C",
        "gitops",
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.cu",
        "commit",
        "-q",
        "-m",
        "begin",
    ]);
    git(&["clone", "-q", "--bare", "gitops", "gitops.git"]);
    let cupaas = Path::new(env!("CARGO_BIN_EXE_cupaas"));
    for command in [&["deploy", "app"][..], &["secret", "check", "app"]] {
        run(world.path(), cupaas, &[command, &["--gitops", "gitops.git"]].concat(), b"");
    }
    git(&["clone", "-q", "gitops.git", "out"]);
    let files = sealed_files(&world.path().join("out"));
    assert_eq!(files.len(), 4);
    for text in &files {
        let output = decrypt(&sops, world.path(), text, &me);
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        let read: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(held(&read).values().collect::<Vec<_>>(), [b"by hand"]);
    }
    let applied = files.iter().filter(|text| text.contains("cupaas.dev/app: shop")).count();
    assert_eq!(applied, 1, "the one whose labels are free has today's");
}

fn run(folder: &Path, program: &Path, args: &[&str], input: &[u8]) -> String {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder).env("HOME", folder).env("CUPAAS_HOME", folder.join("home"));
    command.env_remove("SOPS_AGE_KEY").env_remove("SOPS_AGE_KEY_FILE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {args:?}: {said}", program.display());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn sealed_files(folder: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let yaml = files.filter(|entry| entry.path().extension().is_some_and(|end| end == "yaml"));
    let texts = yaml.filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    texts.filter(|text| text.contains("\nsops:\n")).collect()
}

/// The values of a decrypted Secret, as bytes.
fn held(read: &Value) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for (name, text) in read["stringData"].as_object().into_iter().flatten() {
        found.insert(name.clone(), text.as_str().unwrap().as_bytes().to_vec());
    }
    for (name, text) in read["data"].as_object().into_iter().flatten() {
        found.insert(name.clone(), BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap());
    }
    found
}

/// The official age opens the data key for each recipient with that one's key, and for nobody else.
fn open_with_age(folder: &Path, text: &str, readers: &[AgeIdentity]) {
    let Some(age) = std::env::var_os("AGE_BIN").map(PathBuf::from) else { return };
    let document: Value = serde_saphyr::from_str(text).unwrap();
    let stanzas = document["sops"]["age"].as_array().unwrap();
    assert_eq!(stanzas.len(), readers.len());
    for (stanza, reader) in stanzas.iter().zip(readers) {
        assert_eq!(stanza["recipient"], reader.recipient.to_string());
        std::fs::write(folder.join("enc"), stanza["enc"].as_str().unwrap()).unwrap();
        for identity in readers {
            std::fs::write(folder.join("key"), identity.key_file().as_str()).unwrap();
            let mut command = Command::new(&age);
            let output =
                command.args(["--decrypt", "-i", "key", "enc"]).current_dir(folder).output().unwrap();
            let mine = identity.recipient == reader.recipient;
            assert_eq!(output.status.success(), mine, "{}", String::from_utf8_lossy(&output.stderr));
            assert!(!mine || output.stdout.len() == 32, "a data key has 32 bytes");
        }
    }
}

fn check(
    sops: &Path,
    folder: &Path,
    data: &BTreeMap<String, Vec<u8>>,
    to: &[AgeIdentity],
    reader: &AgeIdentity,
    now: i64,
) {
    let secret: BTreeMap<_, _> = data.iter().map(|(k, v)| (k.clone(), Zeroizing::new(v.clone()))).collect();
    let recipients: Vec<Recipient> = to.iter().map(|identity| identity.recipient.clone()).collect();
    let sealed = encrypt_secret(&plain("first"), &secret, &recipients, now).unwrap();
    for (text, label) in [(sealed.clone(), "first"), (reattach(&sealed, &plain("y")).unwrap(), "y")] {
        let output = decrypt(sops, folder, &text, reader);
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        let read: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(held(&read), *data);
        let fields = read
            .as_object()
            .unwrap()
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "data" | "stringData"));
        let rest: serde_json::Map<_, _> = fields.map(|(key, value)| (key.clone(), value.clone())).collect();
        assert_eq!(Value::from(rest), plain(label));
    }
    let lines: Vec<&str> = sealed.lines().filter(|line| !line.starts_with("  password: ENC")).collect();
    let shorter = decrypt(sops, folder, &(lines.join("\n") + "\n"), reader);
    assert!(String::from_utf8_lossy(&shorter.stderr).contains("MAC"), "a value less is noticed by the MAC");
    let moved = sealed.replacen("  password: ENC", "  passwort: ENC", 1);
    assert!(moved != sealed && !decrypt(sops, folder, &moved, reader).status.success());
}

fn plain(label: &str) -> Value {
    let labels = json!({"app.kubernetes.io/name": "tasks", "l": label});
    json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
           "metadata": {"name": "db", "namespace": "tasks-staging", "labels": labels,
                        "annotations": {"note": "no\n\ttab: # [\"", "date": "2026-01-01"}}})
}

fn decrypt(sops: &Path, folder: &Path, text: &str, reader: &AgeIdentity) -> Output {
    let file = folder.join("secret.yaml");
    std::fs::write(&file, text).unwrap();
    // A throwaway key: handed over in the environment, which only this test does.
    Command::new(sops)
        .args(["decrypt", "--output-type", "json"])
        .arg(&file)
        .env("SOPS_AGE_KEY", reader.secret.as_str())
        .env("HOME", folder)
        .output()
        .unwrap()
}
