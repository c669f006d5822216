//! What a badge says of itself: JSON in a data URI, put together without formatting machinery.

use omnit_runtime::{Buffer, constant, text};

constant! {
    Start = b"data:application/json,{\"name\":\"OmniTensor season ";
    Middle = b", rank ";
    Description = b"\",\"description\":\"Earned on the OmniTensor network. It cannot be moved.\",\"attributes\":[\
        {\"trait_type\":\"season\",\"value\":";
    Rank = b"},{\"trait_type\":\"rank\",\"value\":";
    End = b"}]}";
}

/// Room for the texts above and four numbers of at most ten digits.
const CAPACITY: usize = 320;

/// The URI of a badge.
pub fn uri(season: u32, rank: u8) -> &'static [u8] {
    let mut out = Buffer::with_capacity(CAPACITY);
    out.push(text::<Start>());
    push_number(&mut out, season);
    out.push(text::<Middle>());
    push_number(&mut out, u32::from(rank));
    out.push(text::<Description>());
    push_number(&mut out, season);
    out.push(text::<Rank>());
    push_number(&mut out, u32::from(rank));
    out.push(text::<End>());
    out.into_bytes()
}

/// Appends a number in decimal digits.
#[inline(never)]
fn push_number(out: &mut Buffer, mut number: u32) {
    let mut digits = [0; 10];
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        start -= 1;
        if number == 0 {
            break;
        }
    }
    out.push(&digits[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn uri_is_json_with_season_and_rank() {
        for (season, rank) in [(0, 1), (7, 10), (4_294_967_295, 255)] {
            let text = std::str::from_utf8(uri(season, rank)).expect("ASCII");
            let json: Value =
                serde_json::from_str(text.strip_prefix("data:application/json,").expect("a data URI")).expect("JSON");
            assert_eq!(json["name"], format!("OmniTensor season {season}, rank {rank}"));
            assert_eq!(json["attributes"][0], json!({"trait_type": "season", "value": season}));
            assert_eq!(json["attributes"][1], json!({"trait_type": "rank", "value": rank}));
        }
    }
}
