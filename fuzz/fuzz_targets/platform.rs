//! `cupaas.yaml`, as any bytes; `requires` is looked at first.
#![no_main]

use cupaas::parts::load::requires;
use cupaas::parts::tree::{Files, RepoPath};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let path = RepoPath::new("cupaas.yaml").expect("a path");
    match requires::read_platform(&Files::from([(path, text.to_owned())])) {
        Ok(_) => {}
        Err(problems) => cupaas_fuzz::say_all(problems),
    }
});
