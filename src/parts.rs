//! Parts of cupaas that its own tests, benches and fuzz targets take hold of, and programs that want one of them: a
//! renderer, a plan, a commit without a checkout. This is all that can be reached from outside besides [`crate::run`]; its
//! shape may change in any version.

/// How long a run waits after someone else's push.
pub mod backoff {
    pub use crate::backoff::Backoff;
}

/// The command line, as it is typed.
pub mod cli {
    pub use crate::cli::Cli;
}

/// What can go wrong.
pub mod diagnostic {
    pub use crate::diagnostic::{Code, Diagnostic, Failure, Kind, Message, Source};
}

/// A GitOps repository, read and committed to without a checkout.
pub mod git {
    pub use crate::git::{
        AppRemote, Author, BranchName, Entry, EntryKind, FileChanges, Order, Proposal, Pushed, Remotes,
        RepositoryUrl, Snapshot, Source, SourceToken, fetched_order, is_descendant, order,
    };
    /// A path -> a local bare repository with a first commit, for those who have no server yet.
    pub mod bare {
        pub use crate::git::bare::{Bare, address, init_bare};
    }
    /// A branch's newest commit -> an app's files in a temporary folder.
    pub mod checkout {
        pub use crate::git::checkout::Picks;
    }
}

/// Where everything stands in the GitOps repository.
pub mod layout {
    pub use crate::layout::Folders;
}

/// What people and earlier deploys wrote, with places.
pub mod load {
    /// `.cupaas` as it is written.
    pub mod app_file {
        pub use crate::load::app_file::AppFile;
    }
    /// Recipes by name.
    pub mod catalog {
        pub use crate::load::catalog::Catalog;
        pub use crate::load::recipe_folder::{Recipe, RecipeKind};
    }
    /// What the GitOps repository says of one app in one environment.
    pub mod current {
        pub use crate::load::current::Current;
    }
    /// A `.env` file → variables with their places.
    pub mod dotenv {
        pub use crate::load::dotenv::read;
    }
    /// Bytes → text.
    pub mod encoding {
        pub use crate::load::encoding::{decode, decode_lossily};
    }
    /// The GitOps repository as it is read.
    pub mod gitops {
        pub use crate::load::gitops::{Backend, Gitops};
    }
    /// Everything that a release is decided from, read in one go, with all problems of all files together.
    pub mod inputs {
        pub use crate::load::inputs::{Inputs, load};
    }
    /// Files whose values have keys.
    pub mod keyed {
        pub use crate::load::keyed::read;
        pub use crate::load::recipe::KeyedFormat;
    }
    /// `cupaas.yaml` and `apps/<app>.yaml` as they are written.
    pub mod platform {
        pub use crate::load::platform::{PlatformFile, RegistrationFile};
    }
    /// What a release is decided from besides files.
    pub mod query {
        pub use crate::load::query::ReleaseQuery;
    }
    /// `recipe.yaml` as it is written.
    pub mod recipe {
        pub use crate::load::recipe::RecipeFile;
    }
    /// `releases/<env>/<app>/release.yaml`.
    pub mod release_file {
        pub use crate::load::release_file::{ReleaseFile, SourceFacts};
    }
    /// `cupaas.yaml`, of which `requires` is looked at before anything else.
    pub mod requires {
        pub use crate::load::requires::read_platform;
    }
    /// The words that people's files are made of.
    pub mod scalars {
        pub use crate::load::scalars::Text;
    }
}

/// What became of a run.
pub mod outcome {
    pub use crate::outcome::Report;
}

/// What a commit would do to the cluster.
pub mod plan {
    pub use crate::plan::{ClusterFacts, Effect, Plan, compare};
}

/// The digest of an image.
pub mod registry {
    pub use crate::registry::{Access, Lookup, Reference, look_up};
}

/// A release → its files.
pub mod render {
    pub use crate::render::Renderer;
    /// Value → YAML text, in one style, such that Go's YAML 1.1-ish readers and YAML 1.2 readers see the same value.
    pub mod emit {
        pub use crate::render::emit::to_yaml;
    }
}

/// An outcome → text.
pub mod report {
    pub use crate::report::{Detail, Document, Format, failure, of, warnings};
}

/// What was typed → one request.
pub mod request {
    pub use crate::request::catalog::typed;
}

/// Inputs → a release.
pub mod resolve {
    pub use crate::resolve::resolve;
    /// A command as a person writes it → the words that the kubelet gets, so that the words arrive byte for byte.
    pub mod command {
        pub use crate::resolve::command::{in_shell, literal};
    }
    /// Which environment a run is about.
    pub mod environment {
        pub use crate::resolve::environment::choose;
    }
    /// The app's own secrets.
    pub mod secrets {
        pub use crate::resolve::secrets::{secret_object, unset};
    }
}

/// Commands, and what they are decided from.
pub mod run {
    /// One run, as it was decided from what was typed and from the environment.
    pub mod action {
        pub use crate::run::action::Request;
    }
    /// Recipes as their authors see them.
    pub mod catalog {
        /// Cases: an app, what is run on it, and what must come out.
        pub mod cases {
            pub use crate::run::catalog::cases::{CaseFile, Ran, Setting, run, write_files};
        }
    }
    /// What `sync` follows.
    pub mod sync {
        /// A branch that is followed.
        pub mod followed {
            pub use crate::run::sync::followed::Followed;
        }
    }
}

/// What the API server would refuse.
pub mod schema {
    pub use crate::schema::{Checker, ExternalObjects, ExtraSchema, OwnSchema, Version, Violation};
}

/// SOPS files, made and read.
pub mod seal {
    pub use crate::seal::{
        AgeIdentity, PrivateKeys, Recipient, encrypt_secret, fingerprint, give_to, inspect, make_identity,
        make_password, plain_part, reattach, verify,
    };
}

/// A secret that is never shown.
pub mod token {
    pub use crate::token::Secret;
}

/// Files by their path in the repository.
pub mod tree {
    pub use crate::tree::{Files, RepoPath};
}

/// Ranges of versions.
pub mod version_range {
    pub use crate::version_range::{Range, Scheme, newest};
}

/// YAML as people write it.
pub mod yaml {
    /// A YAML text → values with their places.
    pub mod node {
        pub use crate::yaml::node::parse;
    }
    /// Characters that do not survive the way to a cluster.
    pub mod characters {
        pub use crate::yaml::characters::lost;
    }
    /// One file that a person wrote.
    pub mod document {
        pub use crate::yaml::document::{Document, read, schema_of};
    }
    /// (a YAML file's text, one change) → its new text.
    pub mod edit {
        pub use crate::yaml::edit::{YamlEdit, edit};
    }
}
