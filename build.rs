//! What is embedded: the templates, without the cases that try them, and the codes of everything that can go wrong, one
//! page a code in `docs/codes/`. A new file must be seen by the next build.

#![allow(clippy::disallowed_methods)] // a build script works on files

use std::fmt::Write;
use std::fs;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed=templates");
    let templates = out.join("templates");
    if templates.exists() {
        fs::remove_dir_all(&templates)?;
    }
    copy(Path::new("templates"), &templates)?;
    println!("cargo:rerun-if-changed=docs/codes");
    fs::write(out.join("codes.rs"), codes(Path::new("docs/codes"))?)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true if entry.file_name() == "cases" => {}
            true => copy(&entry.path(), &target)?,
            false => drop(fs::copy(entry.path(), target)?),
        }
    }
    Ok(())
}

/// `unknown-key.md` → the variant `UnknownKey`, with its page and the exit code that the page names.
fn codes(folder: &Path) -> Result<String> {
    let mut pages: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    pages.retain(|page| page.extension().is_some_and(|end| end == "md") && !page.ends_with("README.md"));
    pages.sort();
    let (mut variants, mut arms) = (String::new(), [String::new(), String::new(), String::new()]);
    let mut all = String::new();
    for page in pages {
        let text = fs::read_to_string(&page)?;
        let name = page.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let wrong = |why: &str| Error::other(format!("{}: {why}", page.display()));
        let mut lines = text.lines();
        if lines.next() != Some(&format!("# {name}")) {
            return Err(wrong("does not begin with its name"));
        }
        let meaning = lines.find(|line| !line.is_empty()).ok_or_else(|| wrong("says nothing"))?;
        let exit = lines.find_map(|line| line.strip_prefix("Exit code: ")).unwrap_or_default();
        let kind = match exit {
            "2" => "Kind::Usage",
            // What is only warned of ends no run.
            "3" | "none, a warning" => "Kind::Invalid",
            "4" => "Kind::Refused",
            "5" => "Kind::Unavailable",
            "6" => "Kind::Forbidden",
            "7" => "Kind::Internal",
            "8" => "Kind::RolloutFailed",
            "9" => "Kind::Unreported",
            _ => {
                return Err(wrong(
                    "needs a line \"Exit code: N\", from 2 to 9, or \"Exit code: none, a warning\"",
                ));
            }
        };
        let variant: String = name.split('-').map(capital).collect();
        let _ = writeln!(variants, "    /// {meaning}\n    {variant},");
        let _ = writeln!(arms[0], "            Self::{variant} => {name:?},");
        let _ = writeln!(arms[1], "            Self::{variant} => {kind},");
        // The text itself and no path to it: clones that share a target folder share what is made here.
        let _ = writeln!(arms[2], "            Self::{variant} => {text:?},");
        let _ = write!(all, "Self::{variant}, ");
    }
    let [names, kinds, texts] = arms;
    Ok(format!(
        "/// What has gone wrong, by a name that stays the same whatever the words are. Made from `docs/codes/`.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         #[non_exhaustive]\n\
         pub enum Code {{\n{variants}}}\n\n\
         impl Code {{\n    \
             /// Every code, by name.\n    \
             pub const ALL: &'static [Self] = &[{all}];\n\n    \
             /// Its name, such as `unknown-key`.\n    \
             pub fn as_str(self) -> &'static str {{\n        match self {{\n{names}        }}\n    }}\n\n    \
             /// Who can mend it.\n    \
             pub fn kind(self) -> Kind {{\n        match self {{\n{kinds}        }}\n    }}\n\n    \
             /// Its page: what it means, why, and what to do.\n    \
             pub fn page(self) -> &'static str {{\n        match self {{\n{texts}        }}\n    }}\n}}\n"
    ))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
