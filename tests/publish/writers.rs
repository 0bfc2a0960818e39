//! Many writers at once: none is lost, none gives up, the history is one line.

use std::sync::Barrier;

use super::http::{Answer, Server};
use super::support::{Remote, file, folder, git, path, publish_racing};

/// Runs `count` writers at once; each gets its number.
fn race<T: Send>(count: usize, writer: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(count);
    std::thread::scope(|scope| {
        let start = |number| {
            let (barrier, writer) = (&barrier, &writer);
            scope.spawn(move || {
                barrier.wait();
                writer(number)
            })
        };
        let threads: Vec<_> = (0..count).map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// How many there are; `CUPAAS_TEST_WRITERS` asks for more than what `cargo test` has time for.
const WRITERS: usize = 24;

#[test]
fn writers_of_their_own_folders_all_land() {
    let asked = std::env::var("CUPAAS_TEST_WRITERS").ok().map(|text| text.parse().unwrap());
    let writers = asked.unwrap_or(WRITERS);
    let remote = Remote::with(&[("cupaas.yaml", "x\n")]);
    let address = remote.local();
    let start = std::time::Instant::now();
    let tries = race(writers, |number| {
        let at = format!("deploy/production/app-{number}");
        publish_racing(&address, number as u64, |_| Some(folder(&at, &[("web.yaml", &at)]))).unwrap()
    });
    let most = tries.iter().max().unwrap();
    eprintln!(
        "{writers} writers: {:.1} s, {most} tries at most, {} in all",
        start.elapsed().as_secs_f64(),
        tries.iter().sum::<u32>() as usize + writers
    );
    remote.check();
    assert_eq!(remote.commits(), writers + 1);
    let files = remote.files();
    for number in 0..writers {
        let at = format!("deploy/production/app-{number}");
        assert_eq!(files.get(&format!("{at}/web.yaml")), Some(&at));
    }
}

#[test]
fn writers_over_http_all_land() {
    let remote = Remote::with(&[("cupaas.yaml", "x\n")]);
    let server = Server::start(remote.folder.path(), |_| Answer::Pass);
    race(12, |number| {
        let at = format!("releases/staging/app-{number}");
        publish_racing(&server.address(), number as u64, |_| Some(folder(&at, &[("a", "b")]))).unwrap()
    });
    remote.check();
    assert_eq!(remote.commits(), 13);
}

#[test]
fn of_writers_of_one_file_the_newest_stands() {
    let remote = Remote::with(&[("cupaas.yaml", "x\n")]);
    let address = remote.address();
    let landed = race(8, |number| {
        let mut superseded = false;
        publish_racing(&address, number as u64, |snapshot| {
            let read = snapshot.read(&[path("releases/a/version")]).unwrap();
            let recorded =
                read.values().next().and_then(|entry| entry.text()).and_then(|text| text.trim().parse().ok());
            superseded = recorded.is_some_and(|recorded: usize| recorded >= number);
            (!superseded).then(|| file("releases/a/version", &format!("{number}\n")))
        })
        .unwrap();
        !superseded
    });
    remote.check();
    assert_eq!(remote.files().get("releases/a/version").map(String::as_str), Some("7\n"));
    let log = git(&remote.path(), &["log", "--reverse", "--format=%H", "main", "--", "releases/a/version"]);
    let versions: Vec<usize> = log
        .lines()
        .map(|commit| {
            git(&remote.path(), &["show", &format!("{commit}:releases/a/version")]).trim().parse().unwrap()
        })
        .collect();
    assert!(versions.is_sorted(), "an older one won: {versions:?}");
    assert!(landed[7] && versions.len() <= landed.iter().filter(|landed| **landed).count());
}

#[test]
fn the_same_deploy_started_twice_makes_one_commit() {
    let remote = Remote::with(&[("cupaas.yaml", "x\n")]);
    let address = remote.address();
    race(6, |number| {
        publish_racing(&address, number as u64, |_| Some(folder("deploy/a", &[("x", "y")]))).unwrap()
    });
    remote.check();
    assert_eq!(remote.commits(), 2);
}
