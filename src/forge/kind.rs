//! Which forge it is.

/// A kind of forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forge {
    /// GitHub, also Enterprise Server.
    Github,
    /// Gitea.
    Gitea,
    /// Forgejo.
    Forgejo,
}

impl Forge {
    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Github => "GitHub",
            Self::Gitea => "Gitea",
            Self::Forgejo => "Forgejo",
        }
    }
}
