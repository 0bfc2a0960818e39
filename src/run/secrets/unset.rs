//! `secret unset`: the encrypted file of one secret goes. Not while a deployed app needs it.

use crate::diagnostic::{Code, Failure};
use crate::load::gitops::Gitops;
use crate::run::edit::Edit;
use crate::run::secrets::app_secrets::AppSecrets;
use crate::run::secrets::set::{external_place, managed_externally};
use crate::run::spec::RunSpec;
use crate::tree::Edits;

pub(super) fn edit(spec: &RunSpec, name: &str, gitops: &mut Gitops) -> Result<Edit, Failure> {
    let subject = AppSecrets::read(spec, gitops)?;
    if let Some(place) = external_place(&subject, name) {
        return Err(managed_externally(format!("delete it there: {place}")));
    }
    if !subject.is_set(name) {
        return Err(not_set(&subject, name));
    }
    if subject.deployed_names.iter().any(|entry| entry.name == name) {
        let message = format!("{} still needs {name}: its .cupaas lists the secret", subject.title());
        return Err(Failure::new(Code::SecretInUse, message)
            .hint("remove it from `secrets` in .cupaas and deploy, then unset it")
            .hint(format!("to change its value: `cupaas secret set {name}`")));
    }
    let mut notes = vec![
        "git's history still has the encrypted value; if that matters, change it where it is used".to_owned(),
    ];
    if subject.folder_names.iter().any(|entry| entry.name == name) {
        notes.push(format!("the folder's .cupaas lists {name}: its next deploy requires it again"));
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
    let failure = Failure::new(Code::UnknownSecret, message);
    let set = subject.set();
    match crate::schema::suggest(name, set.iter().map(String::as_str)) {
        Some(close) => failure.hint(format!("did you mean {close:?}?")),
        None if set.is_empty() => failure,
        None => failure.hint(format!("set are: {}", set.join(", "))),
    }
}
