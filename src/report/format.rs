//! The forms of a report.

/// How a run reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
    /// For a comment or a summary.
    Markdown,
    /// A page for a browser; of `status` alone.
    Html,
    /// What is to be built, as the matrix of a workflow; of `sync` alone.
    Matrix,
}
