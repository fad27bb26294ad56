//! Damage to files, for fuzzing.

use affekt_core::Stream;

/// Texts that formats treat specially, and numbers at the edges of their types.
const TOKENS: [&[u8]; 26] = [
    b"-1",
    b"-2",
    b"-5",
    b"-5.0",
    b"999",
    b"9",
    b"NaN",
    b"inf",
    b"1e999",
    b"-0",
    b"18446744073709551616",
    b"99999999999999999999",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n\n",
    b"\"",
    b",",
    b";",
    b" ",
    b"\0",
    b"../",
    b"/etc/passwd",
    b"\xff\xfe",
    b"{",
    b"]",
    b"\x93NUMPY",
];

/// Longest file a mutation makes, in bytes.
const LONGEST: usize = 1 << 16;

/// Damages a copy of a file in one to four ways: bits, bytes, lines, tokens, cuts, repetitions.
pub fn mutate(bytes: &[u8], stream: &mut Stream) -> Vec<u8> {
    let mut bytes = bytes[..bytes.len().min(LONGEST)].to_vec();
    for _ in 0..=stream.below(4) {
        once(&mut bytes, stream);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn once(bytes: &mut Vec<u8>, stream: &mut Stream) {
    let (from, to) = span(bytes.len(), stream);
    match stream.below(9) {
        0 => {
            if let Some(byte) = bytes.get_mut(from) {
                *byte ^= 1 << stream.below(8);
            }
        }
        1 => {
            if let Some(byte) = bytes.get_mut(from) {
                *byte = stream.below(256).try_into().unwrap_or(0);
            }
        }
        2 => bytes.truncate(from),
        3 => drop(bytes.drain(from..to)),
        4 => {
            let piece = bytes[from..to].to_vec();
            let (at, _) = span(bytes.len(), stream);
            bytes.splice(at..at, piece);
        }
        5 => {
            let token = TOKENS[index(TOKENS.len(), stream)];
            bytes.splice(from..from, token.iter().copied());
        }
        6 => {
            let token = TOKENS[index(TOKENS.len(), stream)];
            bytes.splice(from..to.min(from + 12), token.iter().copied());
        }
        7 => {
            // A whole line again, or none of it.
            let start = bytes[..from].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
            let end = bytes[from..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| from + at + 1);
            if stream.below(2) == 0 {
                let line = bytes[start..end].to_vec();
                bytes.splice(start..start, line);
            } else {
                bytes.drain(start..end);
            }
        }
        _ => {
            let noise: Vec<u8> =
                (0..stream.below(64)).map(|_| stream.below(256).try_into().unwrap_or(0)).collect();
            bytes.splice(from..from, noise);
        }
    }
}

/// A place, and one not before it and seldom far.
fn span(len: usize, stream: &mut Stream) -> (usize, usize) {
    let from = index(len + 1, stream);
    let reach = if stream.below(8) == 0 { len } else { 32 };
    (from, len.min(from + index(reach + 1, stream)))
}

fn index(len: usize, stream: &mut Stream) -> usize {
    usize::try_from(stream.below(len as u64)).expect("because it is below a length")
}

#[cfg(test)]
mod tests {
    use super::*;
    use affekt_core::Seed;

    #[test]
    fn damage_is_keyed_and_never_fails() {
        for text in [&b""[..], b"x", b"image,label\na.png,joy\n"] {
            for key in 0..2_000 {
                let [first, again] = [0; 2].map(|_| mutate(text, &mut Seed(1).stream("fuzz", &[key])));
                assert_eq!(first, again);
            }
        }
        let changed = (0..100)
            .filter(|&key| mutate(b"a,b\nc,d\n", &mut Seed(1).stream("fuzz", &[key])) != b"a,b\nc,d\n");
        assert!(changed.count() > 80);
    }
}
