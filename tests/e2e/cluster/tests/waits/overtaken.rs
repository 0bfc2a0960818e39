//! Releases that another one follows before they are up.

use anyhow::{Context, Result, ensure};
use cupaas_cluster_tests::platform::answer;
use cupaas_cluster_tests::random::Random;
use cupaas_cluster_tests::stand_in::Conduct;
use tokio::time::sleep;

use crate::lane::{HEALTHY, LONG, Lane, Version, Waiting};
use crate::tally::Answer;
use crate::well::some;

impl Lane {
    /// Two jobs deploy two commits at the same time. The later one comes up: it holds the other, however that one is.
    pub(crate) async fn race(&mut self, random: &mut Random) -> Result<Vec<Answer>> {
        let first = self.version()?;
        let first = self.apart(&first)?;
        self.world.stand_in.conduct(&first.image, *random.pick(&[Conduct::Works, Conduct::Crashes]));
        let second = self.version()?;
        let early = if random.below(2) == 0 { [&first, &second] } else { [&second, &first] };
        let mut jobs = Vec::new();
        for version in early {
            jobs.push(Waiting::begin(self.deploy_and_wait(version, LONG)?));
            sleep(some(random, 2)).await;
        }
        let answers = self.hear_all(jobs, &second.image, HEALTHY).await?;
        self.until("the second is up", async |lane| lane.is_up(&second.image).await).await?;
        self.good = (second.commit.clone(), second.image.clone());
        Ok(answers)
    }

    /// Two deploys, and Flux sees the second alone: what becomes of that one became of the first.
    pub(crate) async fn skipped(
        &mut self,
        conduct: Conduct,
        wanted: (i32, &'static str),
    ) -> Result<Vec<Answer>> {
        self.suspend(true).await?;
        let first = self.version()?;
        let first = self.apart(&first)?;
        answer(&mut self.deploy(&first)?)?;
        let early = Waiting::begin(self.wait(&first, LONG)?);
        let second = self.version()?;
        self.world.stand_in.conduct(&second.image, conduct);
        let deployed = answer(&mut self.deploy(&second)?)?;
        let commit = deployed["commit"].as_str().context("no commit")?.to_owned();
        self.until("Flux has fetched it", async |lane| lane.world.fetched(&commit).await).await?;
        let late = Waiting::begin(self.wait(&second, LONG)?);
        self.suspend(false).await?;
        let answers = self.hear_all(vec![early, late], &second.image, wanted).await?;
        let said = self.statuses(&first.commit).await?;
        ensure!(said.is_empty(), "Flux has seen the first: {said:?}");
        if wanted == HEALTHY {
            self.good = (second.commit, second.image);
        }
        Ok(answers)
    }

    /// While it comes up, somebody deploys the last one that was up.
    pub(crate) async fn taken_back(&mut self) -> Result<Vec<Answer>> {
        let (commit, image) = self.good.clone();
        let before = self.apart(&Version { tree: self.tree.clone(), commit, image })?;
        let (version, waiting) = self.slow()?;
        self.started(&version.image).await?;
        answer(self.deploy(&before)?.arg("--allow-older"))?;
        let answered = self.hear(waiting, &version.image, (9, "rollout-replaced")).await?;
        self.until("the one before is up", async |lane| lane.is_up(&before.image).await).await?;
        Ok(vec![answered])
    }
}
