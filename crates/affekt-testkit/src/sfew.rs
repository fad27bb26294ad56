//! SFEW 2.0: film stills, and the faces its organisers cut from them.

use crate::{Faces, Tree};

/// Class folders.
const CLASSES: [&str; 7] = ["Angry", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise"];
/// Films of the training part and of the validation part.
const FILMS: [[&str; 2]; 2] = [["Airheads", "Harry_Potter"], ["Terminator", "Juno"]];

/// The stills: two films of each class for training, one for validation, and a test part without labels.
pub fn sfew(tree: &Tree) {
    let faces = Faces::default();
    each(|k, part, class, name| {
        tree.write(&format!("{part}/{class}/{name}"), faces.png(k, 32));
    });
    for k in 0..3_u8 {
        let name = format!("Test/Hangover_00010{k}400_00000001.png");
        tree.write(&name, faces.png(u64::from(k) + 50, 32));
    }
}

/// The organisers' aligned faces beside the stills, as their archives unpack; one face was not found. The faces of
/// the validation part lie in `Val/{valid_folder}`.
pub fn sfew_aligned(tree: &Tree, valid_folder: &str) {
    sfew(tree);
    let faces = Faces::default();
    each(|k, part, class, name| {
        let folder = if part == "Train" { "Train_Aligned_Faces" } else { valid_folder };
        if k != 1 {
            tree.write(&format!("{part}/{folder}/{class}/{name}"), faces.png(k, 24));
        }
    });
}

/// Each still: its number, part, class folder and name.
fn each(mut write: impl FnMut(u64, &str, &str, &str)) {
    let mut k = 0;
    for (part, films) in ["Train", "Val"].into_iter().zip(FILMS) {
        for class in CLASSES {
            for film in &films[..if part == "Train" { 2 } else { 1 }] {
                let name = format!("{film}_{:09}_{:08}.png", 519_240 + 40 * k, k % 30);
                write(k, part, class, &name);
                k += 1;
            }
        }
    }
}
