//! `deploy` from a push: what the GitOps repository and the app's commit say afterwards.

use std::sync::Arc;

use anyhow::{Result, ensure};

use crate::World;
use crate::team::Team;

const WORKFLOW: &str = r#"on: push
permissions: {}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: cupaas/cupaas@v0
        id: cupaas
        with:
          command: deploy
          binary: ${{ vars.CUPAAS_PROGRAM }}
          gitops: ${{ vars.CUPAAS_GITOPS }}
          gitops-token: ${{ secrets.CUPAAS_GITOPS_TOKEN }}
          image: registry.example.cu/me/app:${{ github.sha }}
          status: true
          token: ${{ secrets.GITHUB_TOKEN }}
      - run: echo "changed=$CHANGED commit=$COMMIT url=$URL"
        env:
          CHANGED: ${{ steps.cupaas.outputs.changed }}
          COMMIT: ${{ steps.cupaas.outputs.commit }}
          URL: ${{ steps.cupaas.outputs.url }}
"#;

/// The commit is on the branch with the job's trailers, the outputs say it, and the app's commit has a status that
/// leads to the URL.
pub(crate) async fn deployed(world: Arc<World>) -> Result<()> {
    let mut team = Team::begin(&world, "statuses", WORKFLOW).await?;
    team.says("processes: {web: {command: serve}}\n")?;
    let pushed = team.push("Begin").await?;
    let said = team.job(&pushed)?;
    team.gitops.pull()?;
    let (head, message) = (team.gitops.head()?, team.gitops.git(&["log", "-1", "--format=%B"])?);
    let source = pushed.payload["after"].as_str().unwrap_or_default();
    ensure!(message.contains(source), "no source commit in {message}");
    let url = "http://statuses.apps.example.cu";
    let wanted = format!("changed=true commit={head} url={url}");
    ensure!(said.contains(&wanted), "no {wanted:?} in {said}");
    let status = team.api(&team.name, &format!("commits/{source}/status")).await?;
    // Beside it stands the forge's own, of the workflow that nobody runs there.
    let mut all = status["statuses"].as_array().into_iter().flatten();
    let one = all.find(|one| one["context"] == "cupaas/production/statuses").unwrap_or(&status);
    ensure!(one["status"] == "success" && one["target_url"] == url, "{status}");
    Ok(())
}
