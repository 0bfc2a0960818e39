//! `diff --comment`: what merging an app's pull request would do, in one comment on it.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::World;
use crate::team::{Team, body, only};

const WORKFLOW: &str = r#"on: [push, pull_request]
permissions: {}
jobs:
  deploy:
    if: github.event_name == 'push'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: cupaas/cupaas@v0
        with:
          command: deploy
          binary: ${{ vars.CUPAAS_PROGRAM }}
          gitops: ${{ vars.CUPAAS_GITOPS }}
          gitops-token: ${{ secrets.CUPAAS_GITOPS_TOKEN }}
          image: registry.example.cu/me/app:1
  diff:
    if: github.event_name == 'pull_request'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: cupaas/cupaas@v0
        with:
          command: diff
          binary: ${{ vars.CUPAAS_PROGRAM }}
          gitops: ${{ vars.CUPAAS_GITOPS }}
          gitops-token: ${{ secrets.CUPAAS_GITOPS_TOKEN }}
          image: registry.example.cu/me/app:1
          comment: true
          token: ${{ secrets.GITHUB_TOKEN }}
"#;

/// Written when the pull request is opened, left alone by a job that finds the same, edited by the next commit, left
/// alone by a job of the one before, and edited by one that cannot be rendered; removed when nothing is left to change.
pub(crate) async fn whole_life(world: Arc<World>) -> Result<()> {
    let mut team = Team::begin(&world, "comment", WORKFLOW).await?;
    team.greets("hello")?;
    let pushed = team.push("Begin").await?;
    team.job(&pushed)?;

    team.greets("good morning")?;
    team.app.commit("Say something else")?;
    let opened = team.propose("greeting").await?;
    let number = opened.payload["number"].as_u64().context("a number")?;
    team.job(&opened)?;
    let written = only(comments(&team, number).await?)?;
    ensure!(body(&written).contains("good morning"), "{}", body(&written));

    team.job(&opened)?;
    let same = only(comments(&team, number).await?)?;
    ensure!(same == written, "it was written again for nothing: {same}");

    team.greets("good night")?;
    let more = team.propose_more("greeting").await?;
    team.job(&more)?;
    let edited = only(comments(&team, number).await?)?;
    ensure!(edited["id"] == written["id"], "another comment");
    ensure!(
        body(&edited).contains("good night") && !body(&edited).contains("good morning"),
        "{}",
        body(&edited)
    );

    let said = team.job(&opened)?;
    ensure!(said.contains("no comment: pull request"), "{said}");
    ensure!(only(comments(&team, number).await?)? == edited, "an old job has written");

    team.says("processes: nonsense\n")?;
    let wrong = team.propose_more("greeting").await?;
    ensure!(team.job(&wrong).is_err(), "a file that is wrong is no failure");
    let told = only(comments(&team, number).await?)?;
    ensure!(
        told["id"] == written["id"] && body(&told).contains("**This cannot be rendered: "),
        "{}",
        body(&told)
    );
    let commit = wrong.payload["pull_request"]["head"]["sha"].as_str().context("a commit")?;
    ensure!(body(&told).contains(&format!("So since commit {}", &commit[..10])), "{}", body(&told));

    team.greets("hello")?;
    let back = team.propose_more("greeting").await?;
    team.job(&back)?;
    let left = comments(&team, number).await?;
    ensure!(left.is_empty(), "a comment on what changes nothing: {left:?}");
    Ok(())
}

/// A token that is limited to what it does may not ask who it is. There is one comment all the same.
pub(crate) async fn by_a_narrow_token(world: Arc<World>) -> Result<()> {
    let mut team = Team::begin(&world, "narrow", WORKFLOW).await?;
    team.greets("hello")?;
    let pushed = team.push("Begin").await?;
    team.job(&pushed)?;
    team.comments_with = world.gitea.narrow.clone();
    team.greets("good morning")?;
    team.app.commit("Say something else")?;
    let opened = team.propose("greeting").await?;
    let number = opened.payload["number"].as_u64().context("a number")?;
    team.job(&opened)?;
    let written = only(comments(&team, number).await?)?;
    team.job(&opened)?;
    ensure!(only(comments(&team, number).await?)? == written, "it was written again for nothing");

    team.greets("good night")?;
    let more = team.propose_more("greeting").await?;
    team.job(&more)?;
    let other = only(comments(&team, number).await?)?;
    ensure!(other["id"] != written["id"] && body(&other).contains("good night"), "{}", body(&other));

    team.greets("hello")?;
    let back = team.propose_more("greeting").await?;
    team.job(&back)?;
    let last = only(comments(&team, number).await?)?;
    ensure!(body(&last).contains("Merging this changes nothing now."), "{}", body(&last));
    Ok(())
}

async fn comments(team: &Team, number: u64) -> Result<Vec<Value>> {
    let list = team.api(&team.name, &format!("issues/{number}/comments")).await?;
    Ok(list.as_array().cloned().unwrap_or_default())
}
