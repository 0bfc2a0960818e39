//! The `waits` tier: a control plane, Flux and Gitea. Releases of every kind go well or badly, many at a time, and each
//! `wait` must end with what became of its own: an answer that is wrong is worse than none.
//!
//! `CUPAAS_E2E_WAITS` says how many runs there are, `CUPAAS_E2E_SEED` which ones.

mod badly;
mod kind;
mod lane;
mod overtaken;
mod tally;
mod well;
mod world;

use std::collections::VecDeque;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use cupaas_cluster_tests::random::Random;
use cupaas_cluster_tests::tier::{self, Check};
use tokio::runtime::Handle;

use kind::Kind;
use lane::Lane;
use tally::{Run, Tally};
use world::World;

/// How many apps there are at a time. Runs wait most of their time.
const LANES: usize = 16;

fn main() -> ExitCode {
    let runs = number("CUPAAS_E2E_WAITS", 200);
    let seed = number("CUPAAS_E2E_SEED", 1);
    let name = format!("{runs} mixed runs end with what became of them (seed {seed})");
    let check = Check::new(name, move |world: Arc<World>| mixed(world, runs, seed));
    tier::run(World::start, vec![check])
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

async fn mixed(world: Arc<World>, runs: u64, seed: u64) -> Result<()> {
    let mut random = Random::new(seed);
    let deck: VecDeque<(Kind, Random)> =
        kind::deck(runs, &mut random).into_iter().map(|kind| (kind, Random::new(random.number()))).collect();
    let lanes = LANES.min(deck.len());
    let deck = Arc::new(Mutex::new(deck));
    let tally = Arc::new(Mutex::new(Tally::new(runs)));
    let threads: Vec<_> = (0..lanes)
        .map(|number| {
            let (world, deck, tally) = (Arc::clone(&world), Arc::clone(&deck), Arc::clone(&tally));
            let handle = Handle::current();
            // Each lane has a thread: what it starts may take its time.
            std::thread::spawn(move || handle.block_on(work(&world, number, &deck, &tally)))
        })
        .collect();
    for thread in threads {
        let Ok(ended) = thread.join() else { bail!("a lane broke off") };
        ended.context("a lane ended")?;
    }
    let tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
    println!("{tally}");
    tally.verdict()
}

/// One lane takes run after run until there are no more.
async fn work(
    world: &Arc<World>,
    number: usize,
    deck: &Mutex<VecDeque<(Kind, Random)>>,
    tally: &Mutex<Tally>,
) -> Result<()> {
    let mut lane = Lane::begin(world, number).await?;
    loop {
        let next = deck.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some((kind, mut random)) = next else { return Ok(()) };
        let answers = lane.run(kind, &mut random).await;
        let run =
            Run { kind, lane: lane.name.clone(), answers: answers.map_err(|error| format!("{error:#}")) };
        tally.lock().unwrap_or_else(PoisonError::into_inner).add(run);
        // What was refused for a run that broke off.
        world.gate.allow(&lane.name);
    }
}
