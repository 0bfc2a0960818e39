//! The images that a Dockerfile begins with: whether each is a name that some registry could know.

use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Source, Span};
use crate::image_name::{EXAMPLE, ImageName};
use crate::load::catalog::{Recipe, SHARED};

/// Whether a text is an image's name. A fact that was not found is empty in it: what stands around it is looked at all the
/// same.
pub(super) fn is_image(name: &str) -> bool {
    let mut whole = name.replace(":-", ":x-").replace(":.", ":x.");
    if whole.ends_with([':', '-', '.', '/']) {
        whole.push('x');
    }
    ImageName::parse(&whole).is_some()
}

/// What is wrong with the images of what a recipe's template has made, each at the line that names it.
pub(crate) fn check(recipe: &Recipe, dockerfile: &str) -> Vec<Diagnostic> {
    let mut stages: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in instructions(dockerfile).filter_map(|line| line.strip_prefix("FROM ")) {
        let flags = line.split(' ').take_while(|word| word.starts_with("--") || word.is_empty());
        let rest = &line[flags.map(|word| word.len() + 1).sum::<usize>().min(line.len())..];
        let (image, stage) =
            rest.split_once(" AS ").or_else(|| rest.split_once(" as ")).unwrap_or((rest, ""));
        let image = image.trim();
        let is_known = image == "scratch" || image.contains('$') || stages.contains(&image);
        if !is_known && !is_image(image) {
            let message = format!("{image:?} is not an image reference");
            found.push(Diagnostic::error(Code::InvalidImage, place(recipe, line), message).hint(EXAMPLE));
        }
        stages.push(stage.trim());
    }
    found
}

/// The lines that begin an instruction: no further line of one, and none of a document within.
fn instructions(dockerfile: &str) -> impl Iterator<Item = &str> {
    let (mut end, mut goes_on) = (None, false);
    dockerfile.lines().filter(move |line| {
        let is_within = end.is_some() || goes_on;
        match end {
            Some(word) if line.trim_start_matches('\t') == word => end = None,
            Some(_) => {}
            None => {
                end = document(line);
                goes_on = line.trim_end().ends_with('\\');
            }
        }
        !is_within
    })
}

/// The word that ends the document which a line begins: `RUN <<EOF`.
fn document(line: &str) -> Option<&str> {
    let (_, word) = line.split_once("<<")?;
    let word = word.trim_start_matches('-').trim_start_matches(['"', '\'']);
    let end = word.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word.len());
    Some(&word[..end]).filter(|word| !word.is_empty())
}

/// The line of a template that has made this `FROM`; else the Dockerfile's template.
fn place(recipe: &Recipe, made: &str) -> Span {
    let main = recipe.description.value.dockerfile.as_deref().and_then(|name| recipe.texts.get(name));
    let is_own = |name: &str| name.ends_with(".j2") && !name.starts_with(SHARED);
    let others = recipe.texts.iter().filter(|(name, _)| is_own(name)).map(|(_, source)| source);
    let line = main.into_iter().chain(others).find_map(|source| line(source, made));
    line.or_else(|| main.map(Span::file)).unwrap_or_else(|| recipe.description.at(&["dockerfile"]))
}

fn line(source: &Arc<Source>, made: &str) -> Option<Span> {
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let bare = line.trim();
        if let Some(written) = bare.strip_prefix("FROM ") {
            let before = written.split(['{']).next().unwrap_or_default();
            let after = written.rsplit(['}']).next().filter(|_| written.contains('}')).unwrap_or_default();
            if made.starts_with(before) && made.ends_with(after) {
                let at = start + (line.len() - line.trim_start().len());
                return Some(Span::new(source, at..at + bare.len()));
            }
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_missing_fact_leaves_is_no_mistake() {
        for name in ["node:", "node:-slim", "docker.io/library/node:24", "a/"] {
            assert!(is_image(name), "{name}");
        }
        for name in ["", "docker.io/library/Perl :5", "https://docker.io/node:24", "Node"] {
            assert!(!is_image(name), "{name}");
        }
    }

    #[test]
    fn what_only_looks_like_an_image_is_none() {
        let text = "FROM a AS b\nRUN <<EOF\nFROM X\nEOF\nRUN psql -c \"select \\\n\\\nFROM Y\"\nFROM b\n";
        assert_eq!(
            instructions(text).filter(|line| line.starts_with("FROM ")).collect::<Vec<_>>(),
            ["FROM a AS b", "FROM b"]
        );
    }
}
