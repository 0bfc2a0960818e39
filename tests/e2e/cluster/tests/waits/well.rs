//! Releases that come up, whatever happens meanwhile.

use std::time::Duration;

use anyhow::Result;
use cupaas_cluster_tests::gate::Refuses;
use cupaas_cluster_tests::random::Random;
use cupaas_cluster_tests::stand_in::Conduct;
use tokio::time::sleep;

use crate::lane::{HEALTHY, LONG, Lane, Version, Waiting};
use crate::tally::Answer;

impl Lane {
    /// It comes up; and where the same is deployed once more, it stands already.
    pub(crate) async fn good(&mut self, random: &mut Random) -> Result<Vec<Answer>> {
        let version = self.version()?;
        let mut answers = vec![self.comes_up(&version).await?];
        answers.push(self.ask_cluster(&version, HEALTHY).await?);
        if random.below(2) == 0 {
            let again = self.comes_up(&version).await?;
            // It was up before.
            answers.push(Answer { late: None, ..again });
        }
        Ok(answers)
    }

    pub(crate) async fn command(&mut self) -> Result<Vec<Answer>> {
        self.with_command().await?;
        let version = self.version()?;
        Ok(vec![self.comes_up(&version).await?])
    }

    pub(crate) async fn read_only(&mut self) -> Result<Vec<Answer>> {
        let version = self.version()?;
        let mut cupaas = self.deploy_and_wait(&version, LONG)?;
        cupaas.env("CUPAAS_FORGE_TOKEN", &self.world.gitea.narrow);
        let answer = self.hear(Waiting::begin(cupaas), &version.image, HEALTHY).await?;
        self.good = (version.commit, version.image);
        Ok(vec![answer])
    }

    async fn comes_up(&mut self, version: &Version) -> Result<Answer> {
        let waiting = Waiting::begin(self.deploy_and_wait(version, LONG)?);
        let answer = self.hear(waiting, &version.image, HEALTHY).await?;
        self.good = (version.commit.clone(), version.image.clone());
        Ok(answer)
    }

    /// A controller ends while the processes come up, and comes back.
    pub(crate) async fn killed(&mut self, random: &mut Random) -> Result<Vec<Answer>> {
        let (version, waiting) = self.slow()?;
        self.started(&version.image).await?;
        self.kill_one(random).await?;
        // What the controller has said of it when it ended must not count, however long it takes.
        sleep(some(random, 60)).await;
        self.world.stand_in.conduct(&version.image, Conduct::Works);
        let answer = self.hear(waiting, &version.image, HEALTHY).await?;
        self.good = (version.commit, version.image);
        Ok(vec![answer])
    }

    /// Ends a controller, after a while and for a while, and waits a while.
    pub(crate) async fn kill_one(&self, random: &mut Random) -> Result<()> {
        let program =
            *random.pick(&["kustomize-controller", "kustomize-controller", "notification-controller"]);
        sleep(some(random, 6)).await;
        self.world.kill(program, random.below(2) == 0, some(random, 10))?;
        sleep(some(random, 10)).await;
        Ok(())
    }

    /// The forge is away, for whoever tells and whoever reads, before the processes are up.
    pub(crate) async fn away(&mut self, random: &mut Random) -> Result<Vec<Answer>> {
        let (version, waiting) = self.slow()?;
        // What is said while it is away is lost.
        self.until("base is said to be well", async |lane| {
            let statuses = lane.statuses(&version.commit).await?;
            Ok(statuses.iter().any(|[context, state, words]| {
                context.contains("/base/") && state == "success" && words == "reconciliation succeeded"
            }))
        })
        .await?;
        self.started(&version.image).await?;
        self.world.gate.refuse(&self.name, *random.pick(&[Refuses::All, Refuses::Silently]));
        sleep(Duration::from_secs(20) + some(random, 40)).await;
        self.world.gate.allow(&self.name);
        sleep(some(random, 3)).await;
        self.world.stand_in.conduct(&version.image, Conduct::Works);
        let answer = self.hear(waiting, &version.image, HEALTHY).await?;
        self.good = (version.commit, version.image);
        Ok(vec![answer])
    }

    /// A version whose processes come up when they are told to, and a job that waits for them.
    pub(crate) fn slow(&mut self) -> Result<(Version, Waiting)> {
        let version = self.version()?;
        self.world.stand_in.conduct(&version.image, Conduct::NeverReady);
        let waiting = Waiting::begin(self.deploy_and_wait(&version, LONG)?);
        Ok((version, waiting))
    }
}

/// So many seconds, or fewer.
pub(crate) fn some(random: &mut Random, most: usize) -> Duration {
    Duration::from_millis(random.below(most * 1_000 + 1) as u64)
}
