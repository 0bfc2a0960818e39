//! `cupaas secret …`, as people type it.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use crate::cli::Repository;
use crate::cli::shared::WHAT;

/// What to do with secrets. A value is never an argument: other processes can see those.
#[derive(Debug, Clone, Subcommand)]
pub enum Secret {
    /// Encrypts the value of one secret, from standard input, a file, or a prompt.
    Set(SecretSet),
    /// Takes the value of a secret away that no deployed app needs any more.
    Unset(SecretUnset),
    /// Which secrets an app has, and where each is kept; never a value.
    List(SecretOf),
    /// Makes new credentials for a service, or gives encrypted files to the platform's recipients of today.
    Rotate(SecretRotate),
    /// Whether every secret is set, encrypted, and readable by the platform's recipients.
    Check(SecretCheck),
}

/// Which app's secrets, and where.
#[derive(Debug, Clone, Args)]
pub struct SecretOf {
    /// The app's folder [default: .].
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
    /// The app's name; then its folder need not be at hand.
    #[arg(long, value_name = "NAME", help_heading = WHAT)]
    pub app: Option<String>,
    /// The environment; default: the only one.
    #[arg(long, value_name = "ENV", env = "CUPAAS_ENV", help_heading = WHAT)]
    pub env: Option<String>,
    /// The GitOps repository.
    #[command(flatten)]
    pub repository: Repository,
}

/// `secret set`.
#[derive(Debug, Clone, Args)]
pub struct SecretSet {
    /// The secret, as `.cupaas` names it under `secrets`.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Which app's.
    #[command(flatten)]
    pub of: SecretOf,
    /// Reads the value from a file, every byte of it; `-` is standard input. Without it, one line end behind what
    /// standard input gives is not part of the value.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// Makes a value: 32 letters and digits.
    #[arg(long, conflicts_with = "file")]
    pub random: bool,
    /// Sets an empty value too, which is otherwise taken for a mistake.
    #[arg(long, conflicts_with = "random")]
    pub allow_empty: bool,
    /// Says what it would do, and does nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `secret unset`.
#[derive(Debug, Clone, Args)]
pub struct SecretUnset {
    /// The secret.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Which app's.
    #[command(flatten)]
    pub of: SecretOf,
    /// Says what it would do, and does nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `secret rotate`.
#[derive(Debug, Clone, Args)]
pub struct SecretRotate {
    /// The service whose credentials are made anew; not with --recipients.
    #[arg(value_name = "SERVICE", required_unless_present_any = ["recipients", "all"])]
    pub service: Option<String>,
    /// Which app's.
    #[command(flatten)]
    pub of: SecretOf,
    /// Changes no value: encrypts the files' keys for the recipients that cupaas.yaml names now.
    #[arg(long)]
    pub recipients: bool,
    /// With --recipients: the files of every app. Credentials are rotated one service at a time.
    #[arg(long, conflicts_with_all = ["service", "folder", "app", "env"], help_heading = WHAT)]
    pub all: bool,
    /// Says what it would do, and does nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `secret check`.
#[derive(Debug, Clone, Args)]
pub struct SecretCheck {
    /// Which app's.
    #[command(flatten)]
    pub of: SecretOf,
    /// Those of every app.
    #[arg(long, conflicts_with_all = ["folder", "app", "env"], help_heading = WHAT)]
    pub all: bool,
}
