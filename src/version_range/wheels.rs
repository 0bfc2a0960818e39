//! The names of wheels (PEP 427) → for which versions of Python packages come built. A lock file names each wheel that it
//! allows, and so says on which Pythons its packages can be installed without being built from source.

use std::collections::{BTreeMap, BTreeSet};

use crate::version_range::numbers;

/// For each package with wheels for Linux, which versions these are for.
#[derive(Debug, Default)]
pub(crate) struct Wheels {
    packages: BTreeMap<String, BTreeSet<String>>,
}

impl Wheels {
    /// Takes a wheel by the name of its file. One that is for no Linux counts for nothing: where a package has no other,
    /// Linux does not need it. `versions`: those that matter.
    pub(crate) fn add(&mut self, file: &str, versions: &[String]) {
        let Some(stem) = file.strip_suffix(".whl") else { return };
        let mut tags = stem.rsplitn(4, '-');
        let (Some(platform), Some(abi), Some(interpreter), Some(rest)) =
            (tags.next(), tags.next(), tags.next(), tags.next())
        else {
            return;
        };
        let name = rest.split('-').next().unwrap_or(rest).to_lowercase().replace(['_', '.'], "-");
        // These bring what a newer Python has by itself, and are needed on older ones alone.
        if name.starts_with("backports-") || !platform.split('.').any(is_for_us) {
            return;
        }
        let fits = |version: &&String| {
            numbers(version)
                .is_some_and(|version| interpreter.split('.').any(|tag| is_for(tag, abi, &version)))
        };
        self.packages.entry(name).or_default().extend(versions.iter().filter(fits).cloned());
    }

    /// The packages that have wheels, and none for this version. One whose wheels are all for newer versions is needed on
    /// these alone.
    pub(crate) fn lacking(&self, version: &str) -> Vec<&str> {
        let of = |version: &str| numbers(version).unwrap_or_default();
        let wanted = of(version);
        let series = |listed: &String| wanted.starts_with(&of(listed));
        let newer = |versions: &BTreeSet<String>| {
            !versions.is_empty() && versions.iter().all(|listed| of(listed) > wanted)
        };
        let without =
            self.packages.iter().filter(|(_, versions)| !versions.iter().any(series) && !newer(versions));
        without.map(|(name, _)| name.as_str()).collect()
    }

    /// Those of `versions` for which the fewest packages lack a wheel; best none.
    pub(crate) fn best(&self, versions: Vec<String>) -> Vec<String> {
        let lacking: Vec<usize> = versions.iter().map(|version| self.lacking(version).len()).collect();
        let fewest = lacking.iter().min().copied().unwrap_or_default();
        let pairs = versions.into_iter().zip(lacking);
        pairs.filter(|(_, count)| *count == fewest).map(|(version, _)| version).collect()
    }
}

/// Whether an image on Debian takes it.
fn is_for_us(platform: &str) -> bool {
    let glibc = platform.starts_with("manylinux") || platform.starts_with("linux");
    platform == "any" || (glibc && platform.ends_with("_x86_64"))
}

/// Whether this version of Python takes a wheel with these tags.
fn is_for(interpreter: &str, abi: &str, version: &[u64]) -> bool {
    let [major, minor, ..] = version else { return false };
    let digits = interpreter.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let (first, rest) = digits.split_at(digits.len().min(1));
    if first.parse() != Ok(*major) {
        return false;
    }
    let least: u64 = if rest.is_empty() { 0 } else { rest.parse().unwrap_or(u64::MAX) };
    match interpreter.strip_suffix(digits) {
        Some("py") => least <= *minor,
        Some("cp") if abi == "abi3" => least <= *minor,
        // `cp313t` is for a Python without its lock, and `pp` for another Python.
        Some("cp") => least == *minor && !abi.ends_with('t'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions() -> Vec<String> {
        ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"].map(str::to_owned).to_vec()
    }

    fn wheels(files: &[&str]) -> Wheels {
        let mut wheels = Wheels::default();
        for file in files {
            wheels.add(file, &versions());
        }
        wheels
    }

    #[test]
    fn a_wheel_is_for_the_versions_that_its_tags_name() {
        for (tags, expected) in [
            ("cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64", vec!["3.12"]),
            ("cp311-abi3-manylinux_2_28_x86_64", vec!["3.11", "3.12", "3.13", "3.14"]),
            ("cp36.cp37.cp310-none-linux_x86_64", vec!["3.10"]),
            ("py2.py3-none-any", vec!["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]),
            ("py313-none-any", vec!["3.13", "3.14"]),
            ("py3-none-manylinux1_x86_64", vec!["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]),
            ("cp313-cp313t-manylinux_2_17_x86_64", vec![]),
            ("pp310-pypy310_pp73-manylinux_2_17_x86_64", vec![]),
            ("py2-none-any", vec![]),
        ] {
            let wheels = wheels(&[&format!("a_b-1.0-{tags}.whl"), &format!("a_b-1.0-1build-{tags}.whl")]);
            let found = wheels.packages.get("a-b").cloned().unwrap_or_default();
            let found: Vec<String> = versions().into_iter().filter(|v| found.contains(v)).collect();
            assert_eq!(found, expected, "{tags}");
        }
    }

    #[test]
    fn what_is_for_other_systems_or_older_pythons_sets_no_bound() {
        let files = [
            "pywin32-306-cp311-cp311-win_amd64.whl",
            "uvloop-1-cp311-cp311-macosx_10_9_x86_64.whl",
            "a-1-cp311-cp311-musllinux_1_1_x86_64.whl",
            "backports.zoneinfo-0.2.1-cp38-cp38-manylinux1_x86_64.whl",
            "no-wheel.tar.gz",
            "odd.whl",
        ];
        for version in versions() {
            assert_eq!(wheels(&files).lacking(&version), [""; 0]);
        }
    }

    #[test]
    fn the_best_are_those_for_which_the_fewest_lack() {
        let mut all = wheels(&["A.b-1-cp312-cp312-linux_x86_64.whl", "A_b-1-cp311-cp311-linux_x86_64.whl"]);
        assert_eq!(all.lacking("3.12.4"), [""; 0]);
        assert_eq!((all.lacking("3.13"), all.lacking("3.10")), (vec!["a-b"], vec![]));
        let from = |first: usize| versions().split_off(first);
        assert_eq!(all.best(from(2)), ["3.11", "3.12"]);
        all.add("c-1-cp310-cp310-linux_x86_64.whl", &versions());
        all.add("c-1-cp313-cp313-linux_x86_64.whl", &versions());
        assert_eq!(all.best(from(2)), ["3.11", "3.12", "3.13"]);
        all.add("d-1-cp311-cp311-linux_x86_64.whl", &versions());
        assert_eq!(all.best(from(2)), ["3.11"]);
        assert_eq!(all.best(Vec::new()), [""; 0]);
    }
}
