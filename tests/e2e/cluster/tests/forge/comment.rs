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

/// Written when the pull request is opened, left alone by a job that finds the same, edited by the next commit, removed
/// when nothing is left to change.
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

    team.greets("hello")?;
    let back = team.propose_more("greeting").await?;
    team.job(&back)?;
    let left = comments(&team, number).await?;
    ensure!(left.is_empty(), "a comment on what changes nothing: {left:?}");
    Ok(())
}

async fn comments(team: &Team, number: u64) -> Result<Vec<Value>> {
    let list = team.api(&team.name, &format!("issues/{number}/comments")).await?;
    Ok(list.as_array().cloned().unwrap_or_default())
}
