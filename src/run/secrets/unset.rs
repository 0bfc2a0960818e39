//! `secret unset`: the encrypted file of one secret goes. Not while a deployed app needs it.

use crate::diagnostic::{Code, Failure};
use crate::load::gitops::Gitops;
use crate::run::edit::Edit;
use crate::run::secrets::app_secrets::AppSecrets;
use crate::run::secrets::set::{elsewhere, not_kept_here};
use crate::run::spec::RunSpec;
use crate::tree::Edits;

pub(super) fn edit(spec: &RunSpec, name: &str, gitops: &mut Gitops) -> Result<Edit, Failure> {
    let subject = AppSecrets::read(spec, gitops)?;
    if let Some(place) = elsewhere(&subject, name) {
        return Err(not_kept_here(format!("take it away there: {place}")));
    }
    if !subject.is_set(name) {
        return Err(not_set(&subject, name));
    }
    if subject.deployed_names.iter().any(|entry| entry.name == name) {
        let message = format!("{name} is a secret that {} needs: its .cupaas names it", subject.title());
        return Err(Failure::new(Code::UnsortedUsage, message)
            .hint("take it out of `secrets` in .cupaas and deploy, then unset it")
            .hint(format!("`cupaas secret set {name}` gives it another value")));
    }
    let mut notes = vec![
        "git remembers: what was encrypted is still in the history; where it matters, change it at its source"
            .to_owned(),
    ];
    if subject.folder_names.iter().any(|entry| entry.name == name) {
        notes.push(format!("the folder's .cupaas names {name}: its next deploy asks for it again"));
    }
    Ok(Edit {
        files: Edits::from([(subject.place(name)?, None)]),
        app: Some(subject.app.clone()),
        scope: None,
        subject: Some(format!("secret({}/{}): unset {name}", subject.app, subject.environment)),
        notes,
        ..Edit::default()
    })
}

fn not_set(subject: &AppSecrets, name: &str) -> Failure {
    let message = format!("no secret {name:?} is set for {}", subject.title());
    let failure = Failure::new(Code::UnsortedUsage, message);
    let set = subject.set();
    match crate::schema::suggest(name, set.iter().map(String::as_str)) {
        Some(close) => failure.hint(format!("did you mean {close:?}?")),
        None if set.is_empty() => failure,
        None => failure.hint(format!("there are: {}", set.join(", "))),
    }
}
