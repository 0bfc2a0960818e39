//! Texts as forges keep them.

/// Whether two texts are the same to a reader: forges change line ends and cut white space at the end.
pub(super) fn same_text(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.replace("\r\n", "\n").trim_end().to_owned();
    plain(one) == plain(other)
}

/// Words on one line for a person, cut to what a commit status holds.
pub(super) fn brief(text: &str) -> String {
    const LONGEST: usize = 140;
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match line.char_indices().nth(LONGEST) {
        Some(_) => line.chars().take(LONGEST - 1).chain(['…']).collect(),
        None => line,
    }
}
