//! The real program, as a person or a CI job starts it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods)] // it is a test
#![allow(clippy::disallowed_types)]

#[path = "support/sandbox.rs"]
#[allow(dead_code)] // each test program uses its part
mod sandbox;
#[path = "support/scratch.rs"]
mod scratch;

#[path = "support/unsealed.rs"]
mod unsealed;

mod cli {
    mod action;
    mod again;
    mod app_files;
    mod between;
    mod bounds;
    mod catalog;
    mod catalog_manifests;
    mod check_all;
    mod checkout_files;
    mod ci;
    mod codes;
    mod commands;
    mod credentials;
    mod deploying;
    mod detection;
    mod detection_python;
    mod detection_python_image;
    mod dry_runs;
    mod ended;
    mod explained;
    mod external;
    mod freezes;
    mod gates;
    mod git_words;
    mod hand_over;
    mod history;
    mod hostile;
    mod init;
    mod layers;
    mod leaks;
    mod local_owner;
    mod lost;
    mod moments;
    mod named;
    mod newcomer;
    mod one_off;
    mod operating;
    mod page;
    mod past;
    mod pins;
    mod promote;
    mod prompt;
    mod proposals;
    mod reading;
    mod readme;
    mod recipe_bounds;
    mod recipe_mistakes;
    mod recipe_values;
    mod recording;
    mod registered;
    mod reports;
    mod rollback;
    mod runtimes_page;
    mod same;
    mod secret_app;
    mod secrets;
    mod services_page;
    mod setting;
    mod shapes;
    mod standing;
    mod stopped;
    mod variables;
    mod via_cluster;
    mod workflow;
    mod world;
}
