//! The restriction of a proposal to one proposer, against front-running (CVE-2023-34234).

use alloy_primitives::Address;

const MARKER_BYTES: usize = 10;
const SUFFIX_BYTES: usize = MARKER_BYTES + 42;

/// The account that alone may propose this description: one that ends with `#proposer=0x` and 40 hexadecimal digits of any case. Nothing if
/// it ends otherwise, in white space for instance.
pub fn proposer(description: &[u8]) -> Option<Address> {
    let start = description.len().checked_sub(SUFFIX_BYTES)?;
    let suffix = &description[start..];
    if suffix[..MARKER_BYTES] != *b"#proposer=" || suffix[MARKER_BYTES..MARKER_BYTES + 2] != *b"0x" {
        return None;
    }
    let mut address = Address::ZERO;
    for (byte, pair) in address.iter_mut().zip(suffix[MARKER_BYTES + 2..].chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(address)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "0xAbcdEf0123456789aBcDeF0123456789abcdef01";

    #[test]
    fn proposer_is_read_when_the_description_ends_with_it() {
        let expected = ADDRESS.parse().ok();
        for text in ["#proposer=", "Raise the delay\n\n#proposer=", "#proposer=#proposer="] {
            assert_eq!(proposer(format!("{text}{ADDRESS}").as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn proposer_is_nobody_when_the_description_ends_otherwise() {
        let texts = [
            String::new(),
            ADDRESS.to_owned(),
            format!("proposer={ADDRESS}"),
            format!("#Proposer={ADDRESS}"),
            format!("#proposer={ADDRESS}\n"),
            format!("#proposer={ADDRESS}0"),
            format!("#proposer={}", &ADDRESS[..41]),
            format!("#proposer=0X{}", &ADDRESS[2..]),
            format!("#proposer=0x{}g", &ADDRESS[2..41]),
            format!("#proposer={}", &ADDRESS[2..]),
            format!("#proposer= {}", &ADDRESS[..41]),
        ];
        for text in texts {
            assert_eq!(proposer(text.as_bytes()), None, "{text}");
        }
    }
}
