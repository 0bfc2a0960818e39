//! Folders of a container where nothing may be mounted, because it must have what stands there.

/// Folders of the system that are hidden by a volume at them, or at a folder below.
const WHOLE: [&str; 23] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/proc",
    "/run/secrets",
    "/sbin",
    "/sys",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/libx32",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/sbin",
    "/usr/sbin",
    "/var/run/secrets",
];
/// Folders of which only a part may be covered.
const THEMSELVES: [&str; 12] = [
    "/",
    "/app",
    "/home",
    "/opt",
    "/run",
    "/tmp",
    "/usr",
    "/usr/local",
    "/usr/share",
    "/usr/src",
    "/var",
    "/var/run",
];
/// Folders of an app in which its packages are.
const PACKAGES: [&str; 3] = [".venv", "node_modules", "site-packages"];
/// What tools keep among packages while an app runs.
const CACHES: [&str; 2] = [".cache", ".vite"];

/// Whether a volume at this path, which is normal, would hide what the container runs.
pub(crate) fn is_the_systems(path: &str) -> bool {
    THEMSELVES.contains(&path)
        || WHOLE.into_iter().any(|folder| is_within(path, folder))
        || has_packages(path)
}

fn has_packages(path: &str) -> bool {
    let mut parts = path.split('/').skip_while(|part| !PACKAGES.contains(part));
    parts.next().is_some() && parts.next().is_none_or(|below| !CACHES.contains(&below))
}

/// Whether a path, which is normal, is a folder or something in it.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_container_runs_is_not_covered() {
        for path in [
            "/",
            "/usr",
            "/usr/local",
            "/usr/local/bin",
            "/usr/lib/python3",
            "/sbin",
            "/lib64",
            "/var/run/secrets",
            "/var/run/secrets/kubernetes.io",
            "/app",
            "/app/.venv",
            "/app/.venv/lib",
            "/app/node_modules",
            "/app/node_modules/.bin",
            "/etc/ssl",
        ] {
            assert!(is_the_systems(path), "{path}");
        }
        for path in [
            "/data",
            "/app/uploads",
            "/usr/src/app/uploads",
            "/var/lib/shop",
            "/tmp/cache",
            "/usr/share/shop",
            "/library",
            "/app/node_modules/.cache",
            "/app/web/node_modules/.vite/deps",
        ] {
            assert!(!is_the_systems(path), "{path}");
        }
    }
}
