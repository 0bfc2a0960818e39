//! An app with secrets of its own, and ways to set and read them.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::sandbox::{Ran, Sandbox, ran};
use crate::unsealed::unseal;

pub(crate) const APP: &str = "name: shop\nruntime: image\nservices: [mongodb]\nprocesses: {web: {command: serve}}\n\
    secrets: [TOKEN, {CERT: {file: /app/keys/cert.pem}}]\n";
pub(crate) const TOKEN: &str = "s3cr3t-of-the-app-ñ-$(HOME)-密";
pub(crate) const BARE: &str = "home/cupaas/gitops.git";

pub(crate) fn kept(name: &str) -> String {
    format!("releases/production/shop/secrets/{name}.yaml")
}

/// Sets a secret through standard input.
pub(crate) fn set(sandbox: &Sandbox, name: &str, value: &[u8], more: &[&str]) -> Ran {
    let mut command = sandbox.cupaas(&[&["secret", "set", name, "app"], more].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that refuses its words does not wait for a value.
    let _ = child.stdin.take().unwrap().write_all(value);
    ran(&child.wait_with_output().unwrap())
}

pub(crate) fn bare(sandbox: &Sandbox) -> String {
    sandbox.path(BARE).display().to_string()
}

pub(crate) fn key_file(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path("home/cupaas/age/keys.txt")).unwrap()
}

/// The one value of a kept file.
pub(crate) fn value(sandbox: &Sandbox, name: &str) -> Vec<u8> {
    let values = unseal(&sandbox.show(&bare(sandbox), &kept(name)), &key_file(sandbox)).unwrap();
    assert_eq!(values.len(), 1);
    assert_eq!(values[0].0, name);
    values[0].1.clone()
}

/// An app with both of its secrets set, and deployed.
pub(crate) fn deployed() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", APP)]);
    assert_eq!(set(&sandbox, "TOKEN", TOKEN.as_bytes(), &[]).code, Some(0));
    assert_eq!(set(&sandbox, "CERT", b"\xff\0", &["--file", "-"]).code, Some(0));
    sandbox.good(&["deploy", "app"]);
    sandbox
}
