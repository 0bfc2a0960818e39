//! Pages and titles that fit where they go.

/// What a page is made of besides what is counted: headings, fences, sentences.
const FRAME: usize = 1000;
/// The most characters of a pull request's title. GitHub takes 256, the others 255.
const TITLE: usize = 250;

/// A page cut behind a line.
pub(super) fn lines(page: &str, most: usize) -> String {
    if page.len() <= most {
        return page.to_owned();
    }
    let lines: Vec<&str> = page.split_inclusive('\n').collect();
    let (kept, left) = fitting(&lines, most.saturating_sub(FRAME));
    // A fence that is open is closed by one as long.
    let fence = kept.lines().filter(|line| line.starts_with("```")).fold("", |open, line| {
        let fence = &line[..line.len() - line.trim_start_matches('`').len()];
        if open.is_empty() {
            fence
        } else if fence == open {
            ""
        } else {
            open
        }
    });
    format!("{kept}{fence}\n\n{left} more lines are not shown here.\n")
}

/// The first of the blocks that fit into so many bytes, and how many do not.
fn fitting<T: AsRef<str>>(blocks: &[T], room: usize) -> (String, usize) {
    let mut kept = String::new();
    for (index, block) in blocks.iter().enumerate() {
        if kept.len() + block.as_ref().len() > room {
            return (kept, blocks.len() - index);
        }
        kept.push_str(block.as_ref());
    }
    (kept, 0)
}

/// A title that every forge takes: the words of an edit may name many variables.
pub(super) fn cut(title: &str) -> String {
    if title.chars().count() <= TITLE {
        return title.to_owned();
    }
    title.chars().take(TITLE - 1).chain(['…']).collect()
}
