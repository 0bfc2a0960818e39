//! Any text as an encrypted Secret.
#![no_main]

use cupaas::seal::{inspect, reattach};
use serde_json::json;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let plain = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "b"}});
    if inspect(text).is_ok()
        && let Ok(again) = reattach(text, &plain)
    {
        assert!(inspect(&again).is_ok(), "{again}");
    }
});
