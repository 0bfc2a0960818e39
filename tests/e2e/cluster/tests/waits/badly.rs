//! Releases that do not come up, of which nobody hears, or that somebody may not ask about.

use anyhow::Result;
use cupaas_cluster_tests::gate::Refuses;
use cupaas_cluster_tests::random::Random;
use cupaas_cluster_tests::stand_in::Conduct;

use crate::lane::{FAILED, HEALTHY, LONG, Lane, Version, Waiting};
use crate::tally::Answer;

impl Lane {
    /// Its processes never become ready.
    pub(crate) async fn bad(&mut self, conduct: Conduct) -> Result<Vec<Answer>> {
        let (version, waiting) = self.doomed(conduct)?;
        let answer = self.hear(waiting, &version.image, FAILED).await?;
        Ok(vec![answer, self.ask_cluster(&version, FAILED).await?])
    }

    /// No release command either could be run of it: this is about processes.
    pub(crate) async fn no_image(&mut self) -> Result<Vec<Answer>> {
        self.command = false;
        self.bad(Conduct::NoImage).await
    }

    pub(crate) async fn command_fails(&mut self) -> Result<Vec<Answer>> {
        self.with_command().await?;
        self.bad(Conduct::Fails).await
    }

    /// A controller ends meanwhile, and comes back.
    pub(crate) async fn killed_bad(&mut self, random: &mut Random) -> Result<Vec<Answer>> {
        let (version, waiting) = self.doomed(Conduct::Crashes)?;
        self.started(&version.image).await?;
        self.kill_one(random).await?;
        Ok(vec![self.hear(waiting, &version.image, FAILED).await?])
    }

    fn doomed(&mut self, conduct: Conduct) -> Result<(Version, Waiting)> {
        let version = self.version()?;
        self.world.stand_in.conduct(&version.image, conduct);
        let waiting = Waiting::begin(self.deploy_and_wait(&version, LONG)?);
        Ok((version, waiting))
    }

    /// It comes up, and the forge takes no word of it; then it does, and Flux is told to say it again.
    pub(crate) async fn unheard(&mut self) -> Result<Vec<Answer>> {
        let version = self.version()?;
        self.world.gate.refuse(&self.name, Refuses::Posts);
        let waiting = Waiting::begin(self.deploy_and_wait(&version, "60")?);
        let silent = self.hear(waiting, &version.image, (9, "rollout-unreported")).await?;
        self.world.gate.allow(&self.name);
        let waiting = Waiting::begin(self.wait(&version, LONG)?);
        self.reconcile().await?;
        let mut again = self.hear(waiting, &version.image, HEALTHY).await?;
        // It was up before.
        again.late = None;
        self.good = (version.commit, version.image);
        Ok(vec![silent, again])
    }

    pub(crate) async fn forbidden(&mut self) -> Result<Vec<Answer>> {
        let version = self.version()?;
        let mut cupaas = self.deploy_and_wait(&version, LONG)?;
        cupaas.env("CUPAAS_FORGE_TOKEN", &self.world.gitea.strange);
        let answer = self.hear(Waiting::begin(cupaas), &version.image, (6, "forge-access-denied")).await?;
        self.until("it is up", async |lane| lane.is_up(&version.image).await).await?;
        self.good = (version.commit, version.image);
        Ok(vec![answer])
    }
}
