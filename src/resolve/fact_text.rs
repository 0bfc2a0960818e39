//! What a rule finds in a file, put into the words of its `is`.

/// A file of the app as rules see it.
pub(super) struct Place<'a> {
    /// Its path.
    pub file: &'a str,
    /// The folder that `{module}` begins in; empty for the app's own.
    pub below: &'a str,
    /// What the first `*` of its pattern stands for.
    pub star: &'a str,
}

impl Place<'_> {
    /// Its folder; `.` for the app's own.
    pub(super) fn folder(&self) -> &str {
        self.file.rsplit_once('/').map_or(".", |(folder, _)| folder)
    }

    /// The first folder of its path; `.` for a file of the app's own folder.
    pub(super) fn top(&self) -> &str {
        self.file.split_once('/').map_or(".", |(top, _)| top)
    }

    /// Its path as a dotted Python name.
    pub(super) fn module(&self) -> String {
        let path = match self.below {
            "" => self.file,
            below => self.file.strip_prefix(below).map_or(self.file, |path| path.trim_start_matches('/')),
        };
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let module = stem.strip_suffix("/__init__").unwrap_or(stem);
        module.strip_prefix("src/").unwrap_or(module).replace('/', ".")
    }

    /// Whether the name is of plain words. One that is not is not looked at: it would become a word of a command.
    pub(super) fn is_plain(&self) -> bool {
        self.file.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c))
    }

    /// A text with this place's names in it.
    pub(super) fn fill(&self, template: &str) -> String {
        let text = template.replace("{file}", self.file).replace("{folder}", self.folder());
        let text = text.replace("{top}", self.top()).replace("{*}", self.star);
        text.replace("{module}", &self.module())
    }
}

/// The rule's value, with what was found in the file, and under which `key`; nothing where it names a path outside the app.
pub(super) fn value(template: &str, place: &Place<'_>, key: &str, groups: &[&str]) -> Option<String> {
    let mut text = place.fill(template).replace("{key}", key);
    let first = groups.get(1).copied().unwrap_or_default();
    if text.contains("{path}") {
        text = text.replace("{path}", &path(place.folder(), first)?);
    }
    if text.contains("{slug}") {
        text = text.replace("{slug}", &slug(first));
    }
    for (index, group) in groups.iter().enumerate().skip(1) {
        text = text.replace(&format!("{{{index}}}"), group);
    }
    Some(text.replace("{value}", groups.first().copied().unwrap_or_default()))
}

/// A path that stands in a file of `folder`, from the app's own folder; nothing where it leads out of it.
fn path(folder: &str, written: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| *part != ".").collect();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let outside = written.starts_with('/');
    let path = if parts.is_empty() { ".".to_owned() } else { parts.join("/") };
    (!outside).then_some(path)
}

/// Small letters and digits, with one dash for whatever stands between.
fn slug(text: &str) -> String {
    let text = text.to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_a_module_a_folder_and_a_top() {
        let of = |file, below| value("{module} {folder} {top}", &Place { file, below, star: "" }, "", &[]);
        assert_eq!(of("app.py", "").as_deref(), Some("app . ."));
        assert_eq!(of("src/shop/__init__.py", "").as_deref(), Some("shop src/shop src"));
        assert_eq!(of("back/shop/wsgi.py", "back").as_deref(), Some("shop.wsgi back/shop back"));
    }

    #[test]
    fn a_path_counts_from_the_files_folder_and_stays_in_the_app() {
        let of = |file, first| value("{path}", &Place { file, below: "", star: "" }, "", &["", first]);
        assert_eq!(of("requirements/prod.txt", "base.txt").as_deref(), Some("requirements/base.txt"));
        assert_eq!(of("requirements/prod.txt", "../constraints.txt").as_deref(), Some("constraints.txt"));
        assert_eq!(of("requirements.txt", "./").as_deref(), Some("."));
        assert_eq!(of("requirements.txt", "../elsewhere"), None);
        assert_eq!(of("requirements.txt", "/etc/x"), None);
    }

    #[test]
    fn a_slug_is_one_for_all_ways_to_write_a_name() {
        let of = |first| value("{slug}", &Place { file: "a", below: "", star: "" }, "", &["", first]);
        assert_eq!(of("Psycopg2_Binary").as_deref(), Some("psycopg2-binary"));
        assert_eq!(of("discord.py").as_deref(), Some("discord-py"));
    }
}
