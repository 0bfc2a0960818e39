//! Visitors who come all the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use cupaas_cluster_tests::{http, router};
use tokio::task::JoinHandle;

/// Visitors of one host, until they are told that it is over.
pub(crate) struct Load {
    over: Arc<AtomicBool>,
    visitors: Vec<JoinHandle<(usize, Vec<String>)>>,
}

/// What became of their requests.
pub(crate) struct Tally {
    pub(crate) answered: usize,
    pub(crate) lost: Vec<String>,
}

impl Load {
    /// Two visitors who write and read in turn.
    pub(crate) fn on(app: &str) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let host = format!("{app}.apps.example.cu");
        let visitor = |number| tokio::spawn(visit(host.clone(), number, Arc::clone(&over)));
        let visitors = (0..2).map(visitor).collect();
        Self { over, visitors }
    }

    /// Lets them finish.
    pub(crate) async fn end(self) -> Result<Tally> {
        self.over.store(true, Ordering::Relaxed);
        let mut tally = Tally { answered: 0, lost: Vec::new() };
        for visitor in self.visitors {
            let (answered, lost) = visitor.await?;
            tally.answered += answered;
            tally.lost.extend(lost);
        }
        Ok(tally)
    }
}

async fn visit(host: String, number: usize, over: Arc<AtomicBool>) -> (usize, Vec<String>) {
    let (mut answered, mut lost) = (0, Vec::new());
    for turn in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let path = match turn % 4 {
            0 => format!("/put?key=visitor-{number}&value={turn}"),
            1 => format!("/go/put?key=go-{number}&value={turn}"),
            2 => format!("/go/get?key=visitor-{number}"),
            _ => format!("/get?key=go-{number}"),
        };
        match http::request(router::ADDRESS, &host, "GET", &path, None).await {
            Ok(answer) if answer.status == 200 => answered += 1,
            Ok(answer) => lost.push(format!("{path}: {} {}", answer.status, answer.body)),
            Err(error) => lost.push(format!("{path}: {error:#}")),
        }
    }
    (answered, lost)
}
