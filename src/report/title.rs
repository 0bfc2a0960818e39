//! Titles of releases.

use crate::report::style::{STRONG, paint};
use crate::resolve::release::Release;

pub(crate) fn title(release: &Release) -> String {
    format!("{} in {}", release.app, release.environment)
}

pub(crate) fn address(release: &Release) -> String {
    match &release.route {
        Some(route) => format!("  {}\n", paint(STRONG, &route.url)),
        None => "  no address: the environment has no domain, or no process is named web\n".to_owned(),
    }
}
