//! `.cupaas`, as any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cupaas_fuzz::read::<cupaas::parts::load::app_file::AppFile>(data));
