//! Bytes of a file → its text. The one place that knows byte order marks and UTF-16, which editors and shells of
//! Windows write; whatever reads a text that a person or a tool has saved asks here.

/// The text of a file in UTF-8, or in UTF-16 with a byte order mark. The mark is no part of the text. Nothing where the
/// bytes are neither.
pub fn decode(bytes: Vec<u8>) -> Option<String> {
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, text @ ..] => String::from_utf8(text.to_vec()).ok(),
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        _ => String::from_utf8(bytes).ok(),
    }
}

/// As [`decode`], for files that are only looked at: of an older encoding, what is ASCII is read. Nothing where it is no
/// text at all.
pub fn decode_lossily(bytes: Vec<u8>) -> Option<String> {
    let text = decode(bytes.clone())
        .unwrap_or_else(|| String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned());
    Some(text).filter(|text| !text.contains('\0'))
}

/// A text with the line ends of everybody else's and without a byte order mark, as git checks it out where people work on
/// Windows: what is copied from it to a container or an image is to have neither.
pub(crate) fn plain(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n")
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let pairs = bytes.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<String, _>>().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_in_every_encoding() {
        let text = "web: gunicorn ñ 🦀\n";
        let utf16 = |mark: u16, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(mark).chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        let marked = [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat();
        for bytes in [text.into(), marked, utf16(0xfeff, u16::to_le_bytes), utf16(0xfeff, u16::to_be_bytes)] {
            assert_eq!(decode(bytes).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_is_no_text_is_not_guessed() {
        assert_eq!(decode(b"caf\xe9".to_vec()), None);
        assert_eq!(decode(vec![0xff, 0xfe, 0x00]), None, "half a unit");
        assert_eq!(decode(vec![0xff, 0xfe, 0x00, 0xd8]), None, "half of a pair");
        assert_eq!(decode_lossily(b"caf\xe9".to_vec()).as_deref(), Some("caf\u{fffd}"));
        // UTF-16 without a mark.
        assert_eq!(decode_lossily(b"3\x00.\x001\x001\x00".to_vec()), None);
    }
}
