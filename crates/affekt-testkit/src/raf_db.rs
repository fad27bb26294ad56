//! RAF-DB as its authors distribute it, and as others packed it again.

use std::fmt::Write as _;

use crate::{Faces, Tree};

/// Classes of the training pictures, `train_00001.jpg` on.
const TRAIN: [u8; 23] = [5, 4, 1, 7, 3, 4, 2, 6, 4, 5, 1, 7, 3, 4, 5, 6, 7, 4, 5, 1, 7, 4, 7];
/// Classes of the test pictures, `test_0001.jpg` on.
const TEST: [u8; 12] = [5, 1, 4, 2, 4, 7, 3, 6, 1, 5, 4, 7];
/// Folder of each RAF-DB class, 1 to 7, where others sorted it in the order of AffectNet.
const IN_AFFECTNET_ORDER: [u8; 7] = [3, 4, 5, 1, 2, 6, 0];
const SIDE: u32 = 24;

/// RAF-DB, basic expressions, v1.1: 23 training and 12 test pictures, aligned and original, with box and points.
///
/// Per class 1 to 7: training 3, 1, 2, 6, 4, 2, 5; test 2, 1, 1, 3, 2, 1, 2. Training numbers have five digits, test
/// numbers four; the list has no final newline; boxes are whole numbers and fractions in turn, end in a space,
/// and that of `test_0002` reaches beyond the picture.
pub fn raf_db(tree: &Tree) {
    let faces = Faces::default();
    let stems = stems();
    tree.write("EmoLabel/list_patition_label.txt", list(&stems));
    for (k, (stem, _)) in (0_u16..).zip(&stems) {
        tree.write(&format!("Image/original/{stem}.jpg"), faces.jpeg(k.into(), 2 * SIDE));
        tree.write(&format!("Image/aligned/{stem}_aligned.jpg"), faces.jpeg(k.into(), SIDE));
        let left = f64::from(k % 5);
        let bbox = match stem.as_str() {
            "test_0002" => "-3 2 60.5 51 ".to_owned(),
            _ if k % 2 == 0 => format!("{left} 4 {} 40 \n", left + 36.0),
            _ => format!("{left}.25\t4.5\t{}.75\t40.5\n", left + 36.0),
        };
        tree.write(&format!("Annotation/boundingbox/{stem}_boundingbox.txt"), bbox);
        let points = "15.5\t18.25\n32.0\t18\n24.1\t26.7\n17\t34\n31.5\t33.5\n";
        let attributes = format!("{points}{}\n0\n2\n", k % 3);
        tree.write(&format!("Annotation/manual/{stem}_manu_attri.txt"), attributes);
        tree.write(&format!("Annotation/auto/{stem}_auto_attri.txt"), "1.5\t2.5\n".repeat(37));
    }
}

/// RAF-DB, compound expressions: two training pictures of each of the eleven classes and one for testing.
pub fn raf_db_compound(tree: &Tree) {
    let faces = Faces::default();
    let train = (1..=22_u8).map(|k| (format!("train_{k:05}"), (k - 1) % 11 + 1));
    let stems: Vec<_> = train.chain((1..=11_u8).map(|k| (format!("test_{k:04}"), 12 - k))).collect();
    tree.write("EmoLabel/list_patition_label.txt", list(&stems));
    for (k, (stem, _)) in (0_u8..).zip(&stems) {
        tree.write(&format!("Image/aligned/{stem}_aligned.jpg"), faces.jpeg(k.into(), SIDE));
    }
}

/// The pictures of [`raf_db`] as `shuvoalok/raf-db-dataset` has them: folders 1 to 7, and a table for each part.
pub fn raf_db_kaggle(tree: &Tree) {
    let faces = Faces::default();
    let (mut train, mut test) = ("image,label\n".to_owned(), "image,label\n".to_owned());
    for (k, (stem, class)) in (0_u8..).zip(stems()) {
        let (part, table) =
            if stem.starts_with("train") { ("train", &mut train) } else { ("test", &mut test) };
        tree.write(&format!("DATASET/{part}/{class}/{stem}_aligned.jpg"), faces.jpeg(k.into(), SIDE));
        writeln!(table, "{stem}_aligned.jpg,{class}").expect("because a text grows");
    }
    tree.write("train_labels.csv", train).write("test_labels.csv", test);
}

/// The pictures of [`raf_db`] as `EfficientFace` and MA-Net have them: folders 0 to 6 in the order of AffectNet, the
/// test part in a folder `test` or `valid`.
pub fn raf_db_affectnet_order(tree: &Tree, test: &str) {
    let faces = Faces::default();
    for (k, (stem, class)) in (0_u8..).zip(stems()) {
        let part = if stem.starts_with("train") { "train" } else { test };
        let folder = IN_AFFECTNET_ORDER[usize::from(class) - 1];
        tree.write(&format!("{part}/{folder}/{stem}_aligned.jpg"), faces.jpeg(k.into(), SIDE));
    }
}

fn stems() -> Vec<(String, u8)> {
    let train = (1..).zip(TRAIN).map(|(k, class): (u32, u8)| (format!("train_{k:05}"), class));
    train.chain((1..).zip(TEST).map(|(k, class): (u32, u8)| (format!("test_{k:04}"), class))).collect()
}

/// The list as distributed: one space, LF, no final newline.
fn list(stems: &[(String, u8)]) -> String {
    stems.iter().map(|(stem, class)| format!("{stem}.jpg {class}")).collect::<Vec<_>>().join("\n")
}
