//! What an app is called: by a flag, its own file, its registration, or the address of its repository.

use crate::diagnostic::{Code, Diagnostic, Failure, Source, Span};
use crate::load::app_file::AppFile;
use crate::load::app_folder::{self, AppFolder};
use crate::load::gitops::Gitops;
use crate::load::query::ReleaseQuery;
use crate::load::registered;
use crate::load::scalars::Name;
use crate::yaml::document::{self, Document};
use crate::yaml::node;
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// The name of the app in a folder: `--app`, else what its file, its registration or its repository says.
pub(super) fn app_name(
    query: &ReleaseQuery,
    app: Option<&Document<AppFile>>,
    folder: &AppFolder,
    gitops: &mut Gitops,
) -> Result<String, Failure> {
    let written = app.and_then(|app| app.value.name.as_ref()).map(|name| name.0.clone());
    let written = written.or_else(|| name_in(&folder.app_file));
    let name = match query.app.clone().or(written) {
        Some(name) => Some(name),
        None => {
            let by_itself = default_name(query);
            registered::name_of(&query.source, by_itself.as_deref(), gitops)?.or(by_itself)
        }
    };
    match name.filter(|name| !name.is_empty()) {
        Some(name) => checked_name(name),
        // What is wrong with the name has been said; the rest of the file is looked at under any.
        None if app.is_some_and(|app| !app.is_sound(&["name"])) => Ok("app".to_owned()),
        None => {
            let span = Span::file(&folder.app_file);
            let problem =
                Diagnostic::error(Code::MissingName, span, "no app name can be derived from this folder")
                    .hint("add a line such as `name: tasks`");
            Err(Failure::invalid(vec![problem]))
        }
    }
}

/// The name of the app that a command is about: `--app`, else what the folder's `.cupaas`, its registration or its
/// repository's address says.
///
/// # Errors
/// When nothing names an app, or the name is not valid.
pub(crate) fn app_of(query: &ReleaseQuery, gitops: &mut Gitops) -> Result<String, Failure> {
    if let Some(name) = &query.app {
        return checked_name(name.clone());
    }
    match app_folder::read(&query.folder, query.called.as_deref()) {
        Ok(folder) => {
            let app = document::read::<AppFile>(&folder.app_file).map_err(Failure::invalid)?;
            app_name(query, Some(&app), &folder, gitops)
        }
        Err(failure) => {
            let by_itself = query.source.repository.as_ref().and_then(|_| default_name(query));
            let named = registered::name_of(&query.source, by_itself.as_deref(), gitops)?.or(by_itself);
            named.ok_or_else(|| failure.hint("or name the app with --app"))
        }
    }
}

/// The name that the app would have if its file did not say one.
pub(crate) fn default_name(query: &ReleaseQuery) -> Option<String> {
    let repository = query.source.repository.as_deref().filter(|_| query.source.path.is_empty());
    let name = repository.and_then(last_part).or_else(|| Some(query.folder_name.clone()))?;
    slug(&name).filter(|name| Name::fits(name))
}

fn checked_name(name: String) -> Result<String, Failure> {
    if Name::fits(&name) {
        return Ok(name);
    }
    Err(Failure::new(Code::InvalidAppName, format!("{name:?} is not a valid app name")).hint(Name::HINT))
}

/// What a repository is called: the last part of its address, without its ending, and decoded where it is a URL's.
fn last_part(text: &str) -> Option<String> {
    let trimmed = text.trim_end_matches('/');
    let part = trimmed.rsplit(['/', ':']).next()?;
    let part = part.strip_suffix(".git").unwrap_or(part);
    let part = if text.contains("://") {
        percent_decode_str(part).decode_utf8().ok()?.into_owned()
    } else {
        part.to_owned()
    };
    Some(part).filter(|part| !part.is_empty() && part != ".")
}

/// A name made from a repository's: lower case, accents folded, hyphens for what is no letter, beginning with a letter.
/// None where a letter would be lost: half a name may be another app's.
fn slug(text: &str) -> Option<String> {
    let mut folded = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            c if c.is_ascii() => folded.push(c),
            // Accents that stand by themselves, as some systems write file names.
            '\u{300}'..='\u{36f}' => {}
            c => match LATIN.iter().find(|(letters, _)| letters.contains(c)) {
                Some((_, plain)) => folded.push_str(plain),
                None if c.is_alphanumeric() => return None,
                None => folded.push('-'),
            },
        }
    }
    let words: Vec<&str> =
        folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let joined = words.join("-");
    let named =
        if joined.starts_with(|c: char| c.is_ascii_digit()) { format!("app-{joined}") } else { joined };
    Some(crate::names::fit(&named, 40))
}

/// Latin letters with accents (Unicode's Latin-1 Supplement and Latin Extended-A) and what they are written as without.
const LATIN: [(&str, &str); 28] = [
    ("àáâãäåāăą", "a"),
    ("çćĉċč", "c"),
    ("ďđð", "d"),
    ("èéêëēĕėęě", "e"),
    ("ĝğġģ", "g"),
    ("ĥħ", "h"),
    ("ìíîïĩīĭįı", "i"),
    ("ĵ", "j"),
    ("ķ", "k"),
    ("ĺļľŀł", "l"),
    ("ñńņňŉ", "n"),
    ("òóôõöøōŏőº", "o"),
    ("ŕŗř", "r"),
    ("śŝşšſ", "s"),
    ("ţťŧ", "t"),
    ("ùúûüũūŭůűų", "u"),
    ("ŵ", "w"),
    ("ýÿŷ", "y"),
    ("źżž", "z"),
    ("ª", "a"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("ß", "ss"),
    ("þ", "th"),
    ("ĳ", "ij"),
    ("²", "2"),
    ("³", "3"),
    ("¹", "1"),
];

/// The name that a file says, whatever else is wrong with it. Of what is no YAML it is the line that begins so.
pub(crate) fn name_in(file: &Arc<Source>) -> Option<String> {
    let name = match node::parse(file) {
        Ok(root) => root.get("name")?.text()?.to_owned(),
        Err(_) => {
            let value = file.text.lines().find_map(|line| line.strip_prefix("name:"))?;
            let value = value.split(" #").next().unwrap_or_default();
            value.trim().trim_matches(['"', '\'']).to_owned()
        }
    };
    Some(name).filter(|name| Name::fits(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_from_the_repositorys() {
        assert_eq!(last_part("https://git.example.cu/team/My_Tasks.git").as_deref(), Some("My_Tasks"));
        assert_eq!(last_part("git@host:tasks").as_deref(), Some("tasks"));
        assert_eq!(last_part("https://git.example.cu/%C3%B1and%c3%ba.git/").as_deref(), Some("ñandú"));
        assert_eq!(last_part("https://git.example.cu/100%.git").as_deref(), Some("100%"));
        assert_eq!(last_part("https://git.example.cu/%ff.git"), None);
        assert_eq!(last_part("git@host:a%20b").as_deref(), Some("a%20b"));
        let slug = |text: &str| slug(text).unwrap_or_else(|| "none".to_owned());
        assert_eq!(slug("My_Tasks!"), "my-tasks");
        assert_eq!(slug("2048"), "app-2048");
        assert!(slug(&"x".repeat(80)).len() <= 40);
        assert_eq!(slug("ñandú"), "nandu");
        assert_eq!(slug("n\u{303}andu\u{301}"), "nandu");
        assert_eq!(slug("Año_Nuevo·ÉXITO"), "ano-nuevo-exito");
        assert_eq!(slug("straße"), "strasse");
        for lost in ["密", "shop-密", "магазин", "shop٣"] {
            assert_eq!(slug(lost), "none");
        }
        assert_eq!(slug("🦀 shop"), "shop");
    }

    #[test]
    fn a_name_is_read_from_a_file_that_is_wrong() {
        let name = |text: &str| name_in(&Source::new(".cupaas", text));
        assert_eq!(name("name: shop\nruntime: nonsense\n").as_deref(), Some("shop"));
        assert_eq!(name("name: shop # ours\nruntime: [\n").as_deref(), Some("shop"));
        assert_eq!(name("runtime: {\nname: \"shop\n").as_deref(), Some("shop"));
        assert_eq!(name("name: shop\nname: shop\n").as_deref(), Some("shop"));
        for unknown in ["runtime: [\n", "name: My Shop\n", "name: [a]\n", "env:\n  name: x\n", ""] {
            assert_eq!(name(unknown), None, "{unknown}");
        }
    }
}
