//! Any text as a GitOps repository's address: what passes can stand on git's command line.
#![no_main]

use std::path::Path;

use cupaas::parts::git::{BranchName, RepositoryUrl};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match RepositoryUrl::parse(text, Path::new("/srv/app")) {
        Ok(address) => {
            let told = address.as_str();
            assert!(!told.starts_with('-') && !told.contains(char::is_control), "{told:?}");
            // What git takes for a helper: `<scheme>::`.
            let rest = told.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "+-.".contains(c));
            assert!(!rest.starts_with("::"), "a transport that runs a program: {told:?}");
        }
        Err(failure) => cupaas_fuzz::a_persons(&failure),
    }
    if let Ok(branch) = BranchName::parse(text) {
        assert!(!branch.as_str().starts_with('-') && !branch.as_str().contains(".."), "{branch}");
    }
});
