//! A `.env` file, as any bytes: no message shows a value.
#![no_main]

use cupaas::parts::diagnostic::Source;
use cupaas::parts::load::dotenv;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match dotenv::read(&Source::new(".env", text)) {
        Ok(_) => {}
        Err(problems) => cupaas_fuzz::say_all(problems),
    }
});
