//! The `forge` tier: Gitea and a runner of its workflows. What a job of cupaas does there, as the forge's API shows it.

mod comment;
mod proposed;
mod statuses;
mod team;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use cupaas_cluster_tests::gitea::Gitea;
use cupaas_cluster_tests::running::Running;
use cupaas_cluster_tests::tier::{self, Check, Folders};

/// What every check has at hand.
struct World {
    gitea: Gitea,
    logs: PathBuf,
    /// Stops its parts when it is dropped.
    running: Running,
}

async fn start(folders: &Folders) -> Result<World> {
    let mut running = Running::new(&folders.work, &folders.logs);
    let gitea = Gitea::start(&mut running).await?;
    Ok(World { gitea, logs: folders.logs.clone(), running })
}

fn main() -> ExitCode {
    tier::run(
        start,
        vec![
            Check::new(
                "a push is deployed: commit, status with the URL, trailers of the job",
                statuses::deployed,
            ),
            Check::new(
                "a pull request is opened, updated in place, merged, and closed when nothing is left",
                proposed::whole_life,
            ),
            Check::new(
                "a branch that the forge brings up to date is replaced, and a person's commit is not",
                proposed::brought_up_to_date,
            ),
            Check::new("of two jobs that race for one pull request, the newer stands", proposed::raced),
            Check::new("a comment is written, edited, left alone and removed", comment::whole_life),
            Check::new("a token that may not ask who it is keeps one comment", comment::by_a_narrow_token),
        ],
    )
}
