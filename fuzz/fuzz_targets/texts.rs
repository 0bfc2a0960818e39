//! Bytes of an app's file: its encoding, and what a file with keys says of some.
#![no_main]

use cupaas::parts::diagnostic::Source;
use cupaas::parts::load::encoding::{decode, decode_lossily};
use cupaas::parts::load::keyed::{KeyedFormat, read};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Some(text) = decode(data.to_vec()) {
        // A second mark is a character of the text, which a second reading takes for the mark.
        let once = text.strip_prefix('\u{feff}').unwrap_or(&text);
        assert_eq!(decode(text.clone().into_bytes()).as_deref(), Some(once));
    }
    let Some(text) = decode_lossily(data.to_vec()) else { return };
    assert!(!text.contains('\0'));
    let source = Source::new("file", text);
    let formats = [
        KeyedFormat::Json,
        KeyedFormat::Toml,
        KeyedFormat::Yaml,
        KeyedFormat::Xml,
        KeyedFormat::Ini,
        KeyedFormat::Properties,
    ];
    for format in formats {
        if let Err(problem) = read(&source, format) {
            cupaas_fuzz::say_all(vec![*problem]);
        }
    }
});
