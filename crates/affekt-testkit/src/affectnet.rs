//! `AffectNet` in its three releases.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};

use crate::{Faces, Tree, npy_doubles, npy_text};

/// Header of the tables, as released.
pub const AFFECTNET_HEADER: &str =
    "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal";
/// The picture of the training table that has no bytes.
pub const AFFECTNET_EMPTY_IMAGE: &str = "103/29a31ebf1567693f4644c8ba3476ca9a72ee07fe67a5860d98707a0a.jpg";
/// A picture of the training table that cannot be decoded.
pub const AFFECTNET_BROKEN_IMAGE: &str = "2/9db2af5a1da8bd77355e8c6a655da519a899ecc42641bf254107bfc0.jpg";

/// Valence and arousal of each expression code, in the spellings that occur: few digits, whole, with an exponent.
const VA: [[&str; 2]; 11] = [
    ["-0.176846", "0.00483933"],
    ["0.785714", "-0.0555556"],
    ["-0.5", "-0.3"],
    ["0.1", "0.7"],
    ["-0.1", "0.8"],
    ["-0.7", "0.4"],
    ["-0.4", "0.6"],
    ["-0.5", "1e-05"],
    ["0", "0.25"],
    ["-2", "-2"],
    ["-2", "-2"],
];
/// Endings of the pictures: whatever people upload.
const FORMATS: [(&str, ImageFormat); 11] = [
    ("jpg", ImageFormat::Jpeg),
    ("JPG", ImageFormat::Jpeg),
    ("jpeg", ImageFormat::Jpeg),
    ("png", ImageFormat::Png),
    ("bmp", ImageFormat::Bmp),
    ("BMP", ImageFormat::Bmp),
    ("tif", ImageFormat::Tiff),
    ("TIF", ImageFormat::Tiff),
    ("tiff", ImageFormat::Tiff),
    // The ending lies.
    ("jpg", ImageFormat::Png),
    ("png", ImageFormat::Jpeg),
];
const SIDE: u32 = 48;

/// A row of the tables: 68 points, and a box that reaches beyond the picture.
pub fn affectnet_row(path: &str, code: &str, [valence, arousal]: [&str; 2]) -> String {
    let points: Vec<String> = points().iter().map(f64::to_string).collect();
    format!("{path},-3,4,60,40,{},{code},{valence},{arousal}\n", points.join(";"))
}

/// The first release: a picture of each expression code 0 to 10 in both parts, every file ending, and in training
/// a row without a box, one whose picture has no bytes and one whose picture is cut off.
///
/// Classes 0 to 7 have one row a part; happy has three in training, of which none but the first is usable, as
/// neutral has a second that is not.
pub fn affectnet_csv(tree: &Tree) {
    let faces = Faces::default();
    for (part, n_before) in [("training", 0_u64), ("validation", 100)] {
        let mut table = format!("{AFFECTNET_HEADER}\n");
        for ((code, va), (ending, format)) in (0_u64..).zip(VA).zip(FORMATS) {
            let number = n_before + code;
            let path = format!("{number}/{:056x}.{ending}", u128::MAX / u128::from(number + 3));
            table += &affectnet_row(&path, &code.to_string(), va);
            tree.write(&image_path(&path), encoded(&faces, number, format));
        }
        if part == "training" {
            let broken = format!("7/{:056x}.jpg", 7);
            let row = affectnet_row(&broken, "1", ["0.6", "0.1"]);
            table += &row.replace(",-3,4,60,40,", ",,,-1,-1,");
            tree.write(&image_path(&broken), faces.jpeg(50, SIDE));
            table += &affectnet_row(AFFECTNET_EMPTY_IMAGE, "1", ["0.7", "0.2"]);
            tree.write(&image_path(AFFECTNET_EMPTY_IMAGE), "");
            table += &affectnet_row(AFFECTNET_BROKEN_IMAGE, "0", ["0", "0"]);
            let whole = faces.jpeg(51, SIDE);
            tree.write(&image_path(AFFECTNET_BROKEN_IMAGE), &whole[..whole.len() / 2]);
        }
        tree.write(&format!("Manually_Annotated_file_lists/{part}.csv"), table);
    }
}

/// The release of eight expressions: ten pictures a part, numbered with gaps, the same numbers in both; number
/// n shows class n mod 8.
pub fn affectnet_npy(tree: &Tree) {
    let faces = Faces::default();
    let train = [0_u8, 1, 2, 3, 5, 7, 10, 13, 15, 16];
    let valid = [0, 1, 2, 3, 4, 7, 8, 9, 10, 14];
    for (part, numbers, n_before) in [("train_set", train, 0), ("val_set", valid, 100)] {
        for n in numbers {
            tree.write(&format!("{part}/images/{n}.jpg"), faces.jpeg(u64::from(n_before + n), SIDE));
            let code = n % 8;
            let [valence, arousal] = VA[usize::from(code)];
            let array = |what: &str, bytes: Vec<u8>| {
                tree.write(&format!("{part}/annotations/{n}_{what}.npy"), bytes);
            };
            array("exp", npy_text(&code.to_string()));
            array("val", npy_text(valence));
            array("aro", npy_text(arousal));
            array("lnd", npy_doubles(&points()));
        }
    }
}

/// `AffectNet`+: eight pictures for training, in all spellings of its documents, and two for validation; number n
/// shows class n mod 8 and is of subset n mod 3.
///
/// Training number 8 has its label as text, 9 no `meta-data`, 10 none of the keys within, 11 a soft label written
/// with two decimals, 12 neither subset nor soft label.
pub fn affectnet_plus(tree: &Tree) {
    let faces = Faces::default();
    for (part, numbers) in [("train_set", 5..=12), ("validation_set", 5..=6)] {
        for n in numbers {
            let folder = format!("human_annotated/{part}");
            tree.write(&format!("{folder}/images/{n}.jpg"), faces.jpeg(n.into(), SIDE));
            tree.write(&format!("{folder}/annotations/{n}.json"), document(n));
        }
    }
}

fn document(n: u8) -> String {
    let code = n % 8;
    let mut soft = [0.02; 8];
    soft[usize::from(code)] = 0.86;
    let label = if n == 8 { format!("\"{code}\"") } else { code.to_string() };
    let soft = match n {
        11 => ["0.12"; 7].join(", ") + ", 0.14",
        _ => soft.map(|p| p.to_string()).join(", "),
    };
    let soft = match n {
        12 => String::new(),
        _ => format!(", \"soft-label\": [{soft}], \"subset\": {}", n % 3),
    };
    let [valence, arousal] = VA[usize::from(code)];
    let points = points().map(|x| x.to_string()).join(", ");
    let meta = match n {
        9 => String::new(),
        10 => ", \"meta-data\": {}".to_owned(),
        _ => format!(
            ", \"meta-data\": {{\"age\": 31, \"valence\": {valence}, \"arousal\": {arousal}, \
             \"gender\": {{\"female\": 0.9, \"male\": 0.1}}, \"race\": {{\"middle eastern\": 0.1}}, \
             \"pose\": {{\"yaw\": -3.5}}, \"landmark-68\": [{points}], \"landmark-29\": [1.5, 2.5]}}"
        ),
    };
    format!("{{\"human-label\": {label}{soft}{meta}}}")
}

/// 68 points on a grid within the picture, x0, y0, x1, y1, ...
fn points() -> [f64; 136] {
    let mut points = [0.0; 136];
    for (k, coordinate) in (0_u32..).zip(&mut points) {
        let point = k / 2;
        let step = if k % 2 == 0 { point % 9 } else { point / 9 };
        *coordinate = 4.5 + 5.0 * f64::from(step);
    }
    points
}

fn image_path(path: &str) -> String {
    format!("Manually_Annotated/Manually_Annotated_Images/{path}")
}

fn encoded(faces: &Faces, index: u64, format: ImageFormat) -> Vec<u8> {
    let picture =
        RgbImage::from_raw(SIDE, SIDE, faces.pixels(index, SIDE)).expect("because the face has this side");
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect("because a picture in memory can be encoded");
    file.into_inner()
}
