//! A new password, by the steps that `cupaas secret rotate` prints.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::Services;
use crate::app::App;
use crate::kinds::Kind;
use crate::load::Load;
use crate::{pods, restarts};

/// Twice, since the second time the server's container knows a password that is none any more; then the server is
/// started again, with what the Secret says now.
pub(crate) async fn rotates(services: Arc<Services>, kind: &'static Kind) -> Result<()> {
    let app = App::shared(&services, kind).await?;
    app.put_value("", "kept", "through-rotations").await?;
    for time in ["first", "second"] {
        let old = app.password()?;
        let load = Load::on(&app.name);
        let done = rotate(&app).await.with_context(|| format!("the {time} time"));
        let tally = load.end().await?;
        done?;
        println!(
            "{}, the {time} time: {} requests answered, {} lost{}",
            kind.name,
            tally.answered,
            tally.lost.len(),
            tally.lost.first().map(|one| format!(", such as {one}")).unwrap_or_default()
        );
        // While a server starts anew for its password, and learns what it has, those who ask wait.
        let (asked, least) = (tally.answered + tally.lost.len(), if kind.gapless { 50 } else { 10 });
        ensure!(
            asked > least && tally.answered > 0,
            "only {asked} requests: no load; {}",
            tally.lost.join("; ")
        );
        ensure!(
            !kind.gapless || tally.lost.is_empty(),
            "{} were lost: {}",
            tally.lost.len(),
            tally.lost.join("; ")
        );
        let new = app.password()?;
        ensure!(new != old, "the password is the same");
        ensure!(app.takes(&new).await?, "the new password is not taken");
        ensure!(!app.takes(&old).await?, "the old password is still good");
        app.has("kept", "through-rotations").await?;
    }
    restarts::delete(&app).await?;
    app.rolled_out().await?;
    app.has("kept", "through-rotations").await
}

/// Rotates, and does what is printed, in that order.
async fn rotate(app: &App) -> Result<()> {
    let platform = &app.services.platform;
    let said =
        platform.asked(platform.cupaas()?.args(["secret", "rotate", app.kind.name, "--app", &app.name]))?;
    let before: Vec<_> = pods::of(app, "web").await?.iter().map(pods::uid).collect();
    let notes = said["notes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    // A step is its words, and a command in a line of its own.
    let steps: Vec<_> =
        notes.filter_map(|note| note.split_once('\n')).map(|(_, command)| command.trim()).collect();
    ensure!(steps.len() > 1, "no steps: {said}");
    for step in steps {
        if step.starts_with("flux reconcile kustomization") {
            // Flux is not among the parts here: this is what it does, by itself as well for the processes.
            app.apply_base().await?;
            app.apply_processes().await?;
        } else if step.ends_with("get pods --watch") {
            app.rolled_out().await?;
        } else {
            platform.shell(step).with_context(|| step.to_owned())?;
        }
    }
    app.rolled_out().await?;
    let after: Vec<_> = pods::of(app, "web").await?.iter().map(pods::uid).collect();
    ensure!(before.iter().all(|uid| !after.contains(uid)), "processes of before run on");
    Ok(())
}
