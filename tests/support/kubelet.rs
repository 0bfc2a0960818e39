//! What the kubelet does with the words of a command, for whoever tests what it is given.

/// What the kubelet makes of a word of a command, with no variable but PORT (its source:
/// `third_party/forked/golang/expansion`).
pub(crate) fn kubelet(text: &str) -> Vec<u8> {
    let input = text.as_bytes();
    let (mut output, mut at) = (Vec::new(), 0);
    while at < input.len() {
        if input[at] != b'$' || at + 1 >= input.len() {
            output.push(input[at]);
            at += 1;
            continue;
        }
        match input[at + 1] {
            b'$' => output.push(b'$'),
            b'(' => match input[at + 1..].iter().position(|byte| *byte == b')') {
                Some(close) => {
                    output.extend(b"EXPANDED");
                    at += close;
                }
                None => output.extend(b"$("),
            },
            // It takes one byte for a character.
            byte => output.extend(format!("${}", char::from(byte)).into_bytes()),
        }
        at += 2;
    }
    output
}
