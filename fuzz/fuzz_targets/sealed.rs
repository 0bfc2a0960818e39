//! Any text as an encrypted Secret.
#![no_main]

use cupaas::parts::seal::{fingerprint, give_to, inspect, plain_part, reattach, PrivateKeys};
use serde_json::json;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let plain = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a", "namespace": "b"}});
    // Nobody is a recipient any more: all stanzas go, and no key is needed.
    let _ = give_to(text, &[], &PrivateKeys::default());
    if inspect(text).is_ok()
        && let Ok(again) = reattach(text, &plain)
    {
        assert!(inspect(&again).is_ok(), "{again}");
        assert_eq!(fingerprint(&again), fingerprint(text), "{again}");
        assert_eq!(plain_part(&again).as_ref(), Ok(&plain), "{again}");
    }
});
