//! Pull requests, comments, commit statuses and deployments of GitHub, Gitea and Forgejo. What has landed is never
//! undone, and no deploy fails, because a forge could not be told of it; a token goes to the one API that it is for.

mod answers;
mod client;
pub mod comment;
mod kind;
mod limits;
mod options;
mod place;
mod pull;
mod repository;
mod rights;
pub mod status;
mod texts;

pub use comment::{CommentAction, Commented};
pub use kind::Forge;
pub use options::{ForgeOptions, Proposing};
pub use place::{Endpoint, Job};
pub use pull::{Ended, Ending, PullAction, PullRequest, PullRequestSpec};
pub use repository::Repository;
