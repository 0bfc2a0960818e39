//! Values of flags whose types belong to rooms that know nothing of a command line.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::forge::Forge;
use crate::load::platform::Delivery;
use crate::report::Format;

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json, Self::Markdown, Self::Html, Self::Matrix]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text => PossibleValue::new("text").help("For people"),
            Self::Json => PossibleValue::new("json").help("For machines"),
            Self::Markdown => PossibleValue::new("markdown").help("For a comment or a summary"),
            Self::Html => PossibleValue::new("html").help("A page for a browser; for `status` alone"),
            Self::Matrix => PossibleValue::new("matrix")
                .help("What has to be built, as the matrix of a workflow; for `sync` alone"),
        })
    }
}

impl ValueEnum for Forge {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Github, Self::Gitea, Self::Forgejo]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Github => PossibleValue::new("github").help("GitHub, also Enterprise Server"),
            Self::Gitea => PossibleValue::new("gitea").help("Gitea"),
            Self::Forgejo => PossibleValue::new("forgejo").help("Forgejo"),
        })
    }
}

impl ValueEnum for Delivery {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Flux, Self::Argocd]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Flux => PossibleValue::new("flux").help("Flux"),
            Self::Argocd => PossibleValue::new("argocd").help("Argo CD"),
        })
    }
}
