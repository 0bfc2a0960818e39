//! `deploy --pull-request`: one pull request for an app and an environment, from its beginning to its end.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use cupaas_cluster_tests::gitea::USER;
use cupaas_cluster_tests::wait::{Seen, until};
use serde_json::{Value, json};

use crate::World;
use crate::team::{Team, body, only};

const WORKFLOW: &str = r#"on: push
permissions: {}
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - uses: cupaas/cupaas@v0
        with:
          command: deploy
          binary: ${{ vars.CUPAAS_PROGRAM }}
          gitops: ${{ vars.CUPAAS_GITOPS }}
          gitops-token: ${{ secrets.CUPAAS_GITOPS_TOKEN }}
          image: registry.example.cu/me/app:${{ github.sha }}
          pull-request: true
"#;

const BRANCH: &str = "cupaas/production/updated";

/// Opened by a push, updated in place by the next, merged by a person; another one is closed when what it held is
/// taken back.
pub(crate) async fn whole_life(world: Arc<World>) -> Result<()> {
    let mut team = Team::begin(&world, "proposed", WORKFLOW).await?;
    team.greets("hello")?;
    let first = team.push("Begin").await?;
    team.job(&first)?;
    let opened = only(team.pulls("open").await?)?;
    ensure!(opened["head"]["ref"] == "cupaas/production/proposed", "{}", opened["head"]["ref"]);
    ensure!(opened["base"]["ref"] == "main", "{}", opened["base"]["ref"]);
    ensure!(body(&opened).contains("Deployment web"), "the plan is not in {}", body(&opened));
    team.gitops.pull()?;
    ensure!(!team.gitops.folder.join("deploy").exists(), "it stands on main already");

    team.greets("good morning")?;
    let second = team.push("Say something else").await?;
    team.job(&second)?;
    let updated = only(team.pulls("open").await?)?;
    ensure!(updated["number"] == opened["number"], "another pull request: {}", updated["number"]);
    ensure!(updated["head"]["sha"] != opened["head"]["sha"], "its branch stays at the first commit");
    // The same once more tells the forge nothing.
    let edits = team.edits()?;
    ensure!(edits == 1, "{edits} edits by the second job");
    team.job(&second)?;
    let again = only(team.pulls("open").await?)?;
    ensure!(again["head"]["sha"] == updated["head"]["sha"], "its branch moved for nothing");
    ensure!(team.edits()? == edits, "it was edited for nothing");

    merge(&team, &again).await?;
    team.gitops.pull()?;
    let merged =
        team.gitops.git(&["grep", "--quiet", "good morning", "--", "deploy/production/proposed/app"]);
    merged.context("the second version was not merged")?;
    team.job(&second)?;
    ensure!(team.pulls("open").await?.is_empty(), "a pull request for what stands already");

    team.greets("good night")?;
    let third = team.push("Say good night").await?;
    team.job(&third)?;
    let other = only(team.pulls("open").await?)?;
    ensure!(other["number"] != opened["number"], "a merged pull request was opened again");
    // The image follows the commit: nothing is left to change only where it is that of before too.
    let image = second.payload["after"].as_str().context("a commit")?;
    team.greets("good morning")?;
    team.app.write(".github/workflows/ci.yaml", &WORKFLOW.replace("${{ github.sha }}", image))?;
    let back = team.push("Say what was said, with its image").await?;
    team.job(&back)?;
    ensure!(team.pulls("open").await?.is_empty(), "a pull request that changes nothing stays open");
    let closed = team.api(&team.gitops_name(), &format!("pulls/{}", other["number"])).await?;
    ensure!(closed["state"] == "closed" && closed["merged"] == false, "{}", closed["state"]);
    let branches = team.api(&team.gitops_name(), "branches").await?;
    let left: Vec<_> = branches.as_array().into_iter().flatten().map(|branch| &branch["name"]).collect();
    ensure!(left == ["main"], "branches that are left: {left:?}");
    Ok(())
}

/// Both jobs begin before either has pushed; whichever ends first, the pull request holds the newer commit.
pub(crate) async fn raced(world: Arc<World>) -> Result<()> {
    let mut team = Team::begin(&world, "raced", WORKFLOW).await?;
    team.greets("hello")?;
    let older = team.push("Begin").await?;
    team.greets("hello again")?;
    let newer = team.push("Say more").await?;
    let (first, second) = (team.job_of(&newer)?, team.job_of(&older)?);
    let beside = std::thread::spawn(move || second.run());
    let said = first.run();
    let other = beside.join().ok().context("the other job")?;
    said?;
    other?;
    let one = only(team.pulls("open").await?)?;
    let newest = newer.payload["after"].as_str().unwrap_or_default();
    team.gitops.git(&["fetch", "--quiet", "origin", "cupaas/production/raced"])?;
    let record = team.gitops.git(&["show", "FETCH_HEAD:releases/production/raced/release.yaml"])?;
    ensure!(record.contains(newest), "the older commit stands in {}: {record}", one["number"]);
    Ok(())
}

/// What the forge's buttons make of the branch stays cupaas's to replace; a person's commit there does not.
pub(crate) async fn brought_up_to_date(world: Arc<World>) -> Result<()> {
    let mut team = Team::begin(&world, "updated", WORKFLOW).await?;
    for style in ["merge", "rebase"] {
        team.greets(style)?;
        let event = team.push("Say how").await?;
        team.job(&event)?;
        let pull = only(team.pulls("open").await?)?;
        team.gitops.pull()?;
        team.gitops.write("README.md", &format!("Before {style}.\n"))?;
        team.gitops.publish("Write something else")?;
        update(&team, &pull, style).await?;
        team.greets(&format!("{style}d"))?;
        let event = team.push("Say it once more").await?;
        team.job(&event)?;
        let again = only(team.pulls("open").await?)?;
        ensure!(again["number"] == pull["number"], "another pull request: {}", again["number"]);
        ensure!(head(&team)?.contains(event.payload["after"].as_str().unwrap_or("?")), "{style}: it stays");
    }
    let pull = only(team.pulls("open").await?)?;
    head(&team)?;
    let git = |words: &[&str]| team.gitops.git(words);
    git(&["switch", "--quiet", "--create", "theirs", "FETCH_HEAD"])?;
    team.gitops.write("deploy/production/updated/app/note.yaml", "# A person's.\n")?;
    team.gitops.commit("Leave a note")?;
    git(&["push", "--quiet", "origin", &format!("HEAD:refs/heads/{BRANCH}")])?;
    git(&["switch", "--quiet", "main"])?;
    team.gitops.write("README.md", "Once more.\n")?;
    team.gitops.publish("Write something else")?;
    update(&team, &pull, "merge").await?;
    team.greets("over it")?;
    let event = team.push("Say something over it").await?;
    let failed = team.job(&event).err().context("a person's commit was overwritten")?;
    ensure!(format!("{failed:#}").contains("has commits that cupaas did not write"), "{failed:#}");
    Ok(())
}

/// What the branch's release was made from. The branch is fetched then.
fn head(team: &Team) -> Result<String> {
    team.gitops.git(&["fetch", "--quiet", "origin", BRANCH])?;
    team.gitops.git(&["show", "FETCH_HEAD:releases/production/updated/release.yaml"])
}

/// The button that brings the branch of a pull request up to date.
async fn update(team: &Team, pull: &Value, style: &str) -> Result<()> {
    let path =
        format!("/api/v1/repos/{USER}/{}/pulls/{}/update?style={style}", team.gitops_name(), pull["number"]);
    let before = head(team)?;
    until("the branch is up to date", Duration::from_secs(60), async || {
        let answer = team.world.gitea.post(&path, &json!({})).await?;
        Ok(if answer.taken() { Seen::Yes(()) } else { Seen::NotYet(answer.message().to_owned()) })
    })
    .await?;
    ensure!(before == head(team)?, "the button has changed the release");
    team.gitops
        .git(&["merge-base", "--is-ancestor", "origin/main", "FETCH_HEAD"])
        .map(drop)
        .context("it is not")
}

async fn merge(team: &Team, pull: &Value) -> Result<()> {
    let path = format!("/api/v1/repos/{USER}/{}/pulls/{}/merge", team.gitops_name(), pull["number"]);
    let wanted = json!({"Do": "merge", "delete_branch_after_merge": true});
    // The forge looks first whether it can be merged, and says meanwhile: later.
    until("the pull request is merged", Duration::from_secs(60), async || {
        let answer = team.world.gitea.post(&path, &wanted).await?;
        Ok(if answer.taken() { Seen::Yes(()) } else { Seen::NotYet(answer.message().to_owned()) })
    })
    .await
}
