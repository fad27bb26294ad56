//! Every kind of picture file against Pillow: formats, depths, palettes, alpha, CMYK, orientations.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use affekt_face::{DecodeLimits, decode};
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    file: String,
    width: u32,
    height: u32,
    pixels: String,
    tolerance: u8,
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes()
        .chunks(2)
        .map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn decoding_agrees_with_pillow() {
    let golden: Golden = serde_json::from_str(include_str!("golden/pictures.json")).unwrap();
    assert!(golden.cases.len() > 60);
    let mut wrong = Vec::new();
    for case in &golden.cases {
        let picture = match decode(&bytes(&case.file), DecodeLimits::new(1 << 10, 1 << 16).unwrap()) {
            Ok(picture) => picture,
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                wrong.push(format!("{}: {error}: {cause:?}", case.name));
                continue;
            }
        };
        if (picture.width(), picture.height()) != (case.width, case.height) {
            wrong.push(format!("{}: {} x {} pixels", case.name, picture.width(), picture.height()));
            continue;
        }
        let pixels = bytes(&case.pixels);
        let worst = picture.rgb().iter().zip(&pixels).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        if worst > case.tolerance {
            wrong.push(format!("{}: off by {worst}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
