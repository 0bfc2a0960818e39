//! Pull requests, comments, commit statuses and deployments of GitHub, Gitea and Forgejo. What has landed is never
//! undone, and no deploy fails, because a forge could not be told of it; a token goes to the one API that it is for.

mod answers;
mod checks;
mod client;
pub(crate) mod comment;
pub(crate) mod commit_status;
mod compare;
mod kind;
mod limits;
mod options;
mod place;
mod pull;
mod repository;
mod reviews;
mod rights;
pub(crate) mod status;
mod texts;

pub(crate) use comment::{CommentAction, Commented};
pub(crate) use compare::Compared;
pub(crate) use kind::Forge;
pub(crate) use options::{ForgeOptions, Proposing};
pub(crate) use place::{Endpoint, Job, web_address};
pub(crate) use pull::{Ended, Ending, PullAction, PullRequest, PullRequestSpec};
pub(crate) use repository::Repository;
pub(crate) use reviews::Approval;
