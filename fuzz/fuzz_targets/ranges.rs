//! Ranges of versions, divided by NUL: what is said to be the newest lies within all of them.
#![no_main]

use cupaas::parts::version_range::{Range, Scheme, newest};

const SCHEMES: [Option<Scheme>; 7] = [
    None,
    Some(Scheme::Pep440),
    Some(Scheme::Poetry),
    Some(Scheme::Npm),
    Some(Scheme::Composer),
    Some(Scheme::Bundler),
    Some(Scheme::Go),
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let supported = ["3.9", "3.10", "3.12", "3.13.1"].map(str::to_owned);
    for scheme in SCHEMES {
        let ranges: Vec<Range> = text.split('\0').filter_map(|one| Range::parse(scheme, one)).collect();
        for range in &ranges {
            let again = Range::parse(scheme, &range.to_string()).expect("its own words are read again");
            assert_eq!(&again, range);
        }
        let all: Vec<&Range> = ranges.iter().collect();
        if let Some(version) = newest(&supported, &all) {
            assert!(all.iter().all(|range| range.contains(&version)), "{version} lies outside");
            let listed = |one: &String| version == *one || version.starts_with(&format!("{one}."));
            assert!(supported.iter().any(listed), "{version} is not supported");
        }
    }
});
