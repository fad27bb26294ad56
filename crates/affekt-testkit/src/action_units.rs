//! Datasets of coded action units: DISFA, BP4D, `EmotioNet`.

use std::fmt::Write as _;

use crate::{Faces, Tree};

/// Action units that DISFA codes, in the order of its files.
const DISFA_AUS: [u8; 12] = [1, 2, 4, 5, 6, 9, 12, 15, 17, 20, 25, 26];
/// Action units that BP4D codes, in the order of its columns.
const BP4D_AUS: [u8; 27] =
    [1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 27, 28, 30, 32, 38, 39];

/// DISFA: two subjects of six frames, each action unit a file, extracted frames in `Images/SUBJECT/FRAME.jpg`.
///
/// The intensity of action unit number k in frame n (both from 0) is (k + n) mod 6. Frame 4 of `SN002` has no image.
pub fn disfa(tree: &Tree) {
    let faces = Faces::default();
    for (s, subject) in (0_u64..).zip(["SN001", "SN002"]) {
        for (k, au) in DISFA_AUS.into_iter().enumerate() {
            let mut lines = String::new();
            for n in 0..6 {
                writeln!(lines, "{},{}", n + 1, (k + n) % 6).expect("because a text grows");
            }
            tree.write(&format!("ActionUnit_Labels/{subject}/{subject}_au{au}.txt"), lines);
        }
        for n in (1..=6_u64).filter(|&n| (s, n) != (1, 4)) {
            tree.write(&format!("Images/{subject}/{n}.jpg"), faces.jpeg(10 * s + n, 24));
        }
    }
}

/// BP4D: two subjects with two tasks of four frames, numbered from 12 on, images in `Images/SUBJECT/TASK/0012.jpg`.
///
/// The code of action unit number k in frame n (both from 0) is 1 where k + n is a multiple of 3, else 0; from
/// number 22 on the units were not coded, 9. Frame 15 of `M002`, `T2` was not coded at all, and has no image.
pub fn bp4d(tree: &Tree) {
    let faces = Faces::default();
    let header: Vec<_> = BP4D_AUS.iter().map(u8::to_string).collect();
    for (v, (subject, task)) in
        (0_u64..).zip([("F001", "T1"), ("F001", "T2"), ("M002", "T1"), ("M002", "T2")])
    {
        let mut table = format!("0,{}\n", header.join(","));
        for n in 0..4_usize {
            let uncoded = v == 3 && n == 3;
            let code = |k: usize| if uncoded || k >= 22 { 9 } else { u8::from((k + n).is_multiple_of(3)) };
            let codes: Vec<_> = (0..BP4D_AUS.len()).map(|k| code(k).to_string()).collect();
            writeln!(table, "{},{}", 12 + n, codes.join(",")).expect("because a text grows");
            if !uncoded {
                let image = format!("Images/{subject}/{task}/{:04}.jpg", 12 + n);
                tree.write(&image, faces.jpeg(10 * v + n as u64, 24));
            }
        }
        tree.write(&format!("AUCoding/AU_OCC/{subject}_{task}.csv"), table);
    }
}

/// `EmotioNet`: four pictures, two of them a folder down, with the 60 columns of the release in their quotes.
///
/// The code of column k (from 0) in row n is 1 where k + n is a multiple of 4, else 0; of the third row everything
/// from `'AU 6'` on is 999.
pub fn emotionet(tree: &Tree) {
    let faces = Faces::default();
    let columns: Vec<_> = (1..=60).map(|au| format!("'AU {au}'")).collect();
    let mut table = format!("URL,URL orig,{}\n", columns.join(","));
    for n in 0..4_usize {
        let name = format!("N_{:010}_{:05}.jpg", n + 1, 104 + 7 * n);
        let code = |k: usize| if n == 2 && k >= 5 { 999 } else { u16::from((k + n).is_multiple_of(4)) };
        let codes: Vec<_> = (0..60).map(|k| code(k).to_string()).collect();
        let address = format!("'https://example.org/images/{name}'");
        writeln!(table, "{address},'http://example.com/{n}.jpg',{}", codes.join(","))
            .expect("because a text grows");
        let folder = if n < 2 { "images" } else { "images/N_1" };
        tree.write(&format!("{folder}/{name}"), faces.jpeg(n as u64, 24));
    }
    tree.write("EmotioNet_FACS_aws_2020_24600.csv", table);
}
