//! FER2013 and FER+: a table of pictures, a table of votes, and the pictures as files.

use std::fmt::Write as _;

use crate::{Faces, Tree};

const SIDE: u32 = 48;
const HEADER: &str =
    "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n";
/// Each `Usage` and its picture folder.
const PARTS: [(&str, &str); 3] =
    [("Training", "FER2013Train"), ("PublicTest", "FER2013Valid"), ("PrivateTest", "FER2013Test")];

/// FER2013 code, `Usage`, image name, votes.
type Row = (u8, &'static str, &'static str, [u8; 10]);

const ROWS: [Row; 22] = [
    (0, "Training", "fer0000000.png", [4, 0, 0, 1, 3, 2, 0, 0, 0, 0]),
    (0, "Training", "fer0000001.png", [6, 0, 1, 1, 0, 0, 0, 0, 2, 0]),
    (6, "Training", "", [0, 0, 0, 0, 0, 0, 0, 0, 0, 10]),
    // From here on a name is not the number of the row.
    (3, "Training", "fer0000002.png", [0, 10, 0, 0, 0, 0, 0, 0, 0, 0]),
    (6, "Training", "fer0000003.png", [9, 0, 0, 0, 0, 0, 0, 1, 0, 0]),
    (3, "Training", "fer0000002.png", [0, 10, 0, 0, 0, 0, 0, 0, 0, 0]),
    (2, "Training", "fer0000005.png", [4, 0, 0, 0, 0, 3, 1, 0, 1, 0]),
    (0, "Training", "fer0000006.png", [10, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    (1, "Training", "fer0000007.png", [0, 10, 0, 0, 0, 0, 0, 0, 0, 0]),
    (2, "Training", "fer0000008.png", [0, 0, 10, 0, 0, 0, 0, 0, 0, 0]),
    (3, "Training", "fer0000009.png", [0, 0, 0, 10, 0, 0, 0, 0, 0, 0]),
    (4, "Training", "fer0000010.png", [0, 0, 0, 0, 10, 0, 0, 0, 0, 0]),
    (5, "Training", "fer0000011.png", [0, 0, 0, 0, 0, 10, 0, 0, 0, 0]),
    (6, "Training", "fer0000012.png", [0, 0, 0, 0, 0, 0, 10, 0, 0, 0]),
    (6, "Training", "fer0000013.png", [0, 0, 0, 0, 0, 0, 0, 10, 0, 0]),
    (5, "PublicTest", "fer0028638.png", [0, 5, 5, 0, 0, 0, 0, 0, 0, 0]),
    (4, "PublicTest", "fer0028639.png", [2, 0, 0, 2, 0, 0, 0, 0, 6, 0]),
    (4, "PublicTest", "fer0028640.png", [2, 2, 2, 2, 1, 1, 0, 0, 0, 0]),
    (0, "PrivateTest", "fer0032220.png", [0, 0, 0, 0, 2, 1, 0, 7, 0, 0]),
    (2, "PrivateTest", "fer0032221.png", [0, 0, 0, 0, 0, 0, 0, 0, 0, 10]),
    (6, "PrivateTest", "fer0032222.png", [5, 0, 0, 1, 1, 0, 0, 0, 3, 0]),
    (6, "PrivateTest", "fer0032222.png", [0, 0, 0, 0, 0, 0, 0, 0, 0, 10]),
];

/// FER2013: `fer2013.csv`, 15 training, 3 public and 4 private rows; no quotes, LF, final newline.
///
/// Per code 0 to 6: 4, 1, 3, 3, 3, 2, 6. Row k holds face k of [`Faces`], its red level as grey.
pub fn fer2013(tree: &Tree) {
    let faces = Faces::default();
    let mut table = "emotion,pixels,Usage\n".to_owned();
    for (k, (emotion, usage, ..)) in (0..).zip(ROWS) {
        let face = faces.pixels(k, SIDE);
        let levels: Vec<String> = face.iter().step_by(3).map(u8::to_string).collect();
        writeln!(table, "{emotion},{},{usage}", levels.join(" ")).expect("because a text grows");
    }
    tree.write("fer2013.csv", table);
}

/// FER+: [`fer2013`], and the votes in `fer2013new.csv`, row by row.
///
/// Row 2 has no name and 10 votes for NF, so that later names lag behind; rows 3 and 5 have one name and the same
/// votes, rows 20 and 21 one name and other votes; row 19 has a name and 10 votes for NF; the votes of row 6 add up
/// to 9. Rows 7 to 14 have ten votes for each column in turn. Majority drops rows 0, 15 and 17 (divided), 16 (unknown),
/// 2, 19 and 21 (no face); probability keeps 0 (neutral and anger), 6 (neutral and disgust) and 15 (a tie).
pub fn fer_plus(tree: &Tree) {
    fer2013(tree);
    fer_plus_votes(tree);
}

/// FER+ without FER2013: `fer2013new.csv` of [`fer_plus`].
pub fn fer_plus_votes(tree: &Tree) {
    let mut table = HEADER.to_owned();
    for (_, usage, name, votes) in ROWS {
        writeln!(table, "{usage},{name},{}", cells(votes)).expect("because a text grows");
    }
    tree.write("fer2013new.csv", table);
}

/// FER+ as picture files: `data/FER2013Train/fer0000000.png` and so on, each folder with a `label.csv` as the authors
/// ship it, and `fer2013new.csv`.
///
/// A `label.csv` has no header, a quoted box, and each name once: the first row of a name keeps it. The pictures of a
/// name are written in row order, as the authors' script does, so that the last stays.
pub fn fer_plus_files(tree: &Tree) {
    fer_plus_votes(tree);
    let faces = Faces::default();
    for (part, folder) in PARTS {
        let (mut labels, mut names) = (String::new(), Vec::new());
        for (k, (_, usage, name, votes)) in (0..).zip(ROWS) {
            if usage != part || name.is_empty() {
                continue;
            }
            tree.write(&format!("data/{folder}/{name}"), faces.png(k, SIDE));
            if !names.contains(&name) {
                names.push(name);
                writeln!(labels, "{name},\"(0, 0, 48, 48)\",{}", cells(votes)).expect("because a text grows");
            }
        }
        tree.write(&format!("data/{folder}/label.csv"), labels);
    }
}

fn cells(votes: [u8; 10]) -> String {
    votes.map(|count| count.to_string()).join(",")
}
