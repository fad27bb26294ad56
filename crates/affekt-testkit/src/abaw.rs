//! Aff-Wild2 as the ABAW challenges distribute it.

use crate::{Faces, Tree};

/// Header of the annotations of expressions since 2022, eight names over one field.
const EXPR: &str = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise,Other";
/// That of 2021.
const EXPR_2021: &str = "Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise";
/// Header of the annotations of action units.
const AU: &str = "AU1,AU2,AU4,AU6,AU7,AU10,AU12,AU15,AU23,AU24,AU25,AU26";
/// A row whose action units are all missing.
const NO_AU: &str = "-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1";
/// Side of the faces in pixels; those of the dataset have 112.
const SIDE: u32 = 16;

/// Uni-task annotations of 2023 and later in `6th_ABAW_Annotations`; the second batch of faces in a folder of its own.
///
/// - `video45_1`, training, eight rows on every track: expression k - 1 in frame k; valence and arousal missing in
///   frames 2 (`-5,-5`), 4 (`-5.0,0.3`), 5 (`-0.25,-5`), 6 (`-5,-5`); action unit number k - 1 in frame k, none coded
///   in frame 6, frame 4 partly. Images of frames 1, 2, 4, 5, 8 and, beyond the last row, 10.
/// - `30-30-1920x1080_left` and `_right`, training, two frames each, without action units; images in the second batch.
/// - `10-60-1280x720` in training of valence and arousal, `10-60-1280x720_right` in validation of expressions: two
///   frames each.
/// - `426`, validation, nine rows on every track: expressions 7 to 0, then missing. Images of frames 1 to 5 in the
///   first batch, 5 to 9 in the second.
/// - `video96`: images of frames 1 and 3, no annotation.
///
/// Expressions of `video45_1` begin with a byte-order mark, end lines in CRLF and the file without one; those of `426`
/// mix line ends. A `readme.pdf` lies beside the annotations of expressions.
pub fn abaw_tracks(tree: &Tree) {
    tracks(tree, "6th_ABAW_Annotations", ["VA_Estimation_Challenge", "EXPR_Recognition_Challenge"], EXPR, 8);
    tree.write("6th_ABAW_Annotations/EXPR_Recognition_Challenge/Train_Set/readme.pdf", "%PDF");
}

/// The same under the names of 2022: `Third ABAW Annotations/EXPR_Classification_Challenge`.
pub fn abaw_tracks_2022(tree: &Tree) {
    tracks(
        tree,
        "Third ABAW Annotations",
        ["VA_Estimation_Challenge", "EXPR_Classification_Challenge"],
        EXPR,
        8,
    );
}

/// The same under the names of 2021, `annotations/EXPR_Set`, with seven classes: `video45_1` has seven expressions in
/// eight rows, the last missing; `426` begins with a missing one.
pub fn abaw_tracks_2021(tree: &Tree) {
    tracks(tree, "annotations", ["VA_Set", "EXPR_Set"], EXPR_2021, 7);
}

fn tracks(tree: &Tree, annotations: &str, [va, expr]: [&str; 2], header: &str, n_classes: i8) {
    let au = va.replace("VA_Estimation", "AU_Detection").replace("VA_Set", "AU_Set");
    let file = |task: &str, part: &str, video: &str| format!("{annotations}/{task}/{part}_Set/{video}.txt");
    let code = |class: i8| if class < n_classes { class.to_string() } else { "-1".to_owned() };

    let va_rows = "0.602,0.389\n-5,-5\n0.1,0.2\n-5.0,0.3\n-0.25,-5\n-5,-5\n0.0,0.0\n1,-1\n";
    tree.write(&file(va, "Train", "video45_1"), format!("valence,arousal\n{va_rows}"));
    let codes: Vec<String> = (0..8).map(code).collect();
    tree.write(&file(expr, "Train", "video45_1"), format!("\u{feff}{header}\r\n{}", codes.join("\r\n")));
    let coded = |k: usize| match k {
        5 => NO_AU.to_owned(),
        3 => one_hot(3, 12).replacen('0', "-1", 1),
        k => one_hot(k, 12),
    };
    let aus: Vec<String> = (0..8).map(coded).collect();
    tree.write(&file(&au, "Train", "video45_1"), format!("{AU}\n{}\n", aus.join("\n")));

    for (side, class) in [("left", "4"), ("right", "5")] {
        let video = format!("30-30-1920x1080_{side}");
        tree.write(&file(va, "Train", &video), "valence,arousal\n0.5,0.25\n0.5,0.25\n");
        tree.write(&file(expr, "Train", &video), format!("{header}\n{class}\n{class}\n"));
    }
    tree.write(&file(va, "Train", "10-60-1280x720"), "valence,arousal\n-0.5,0.5\n-0.5,0.5\n");
    tree.write(&file(expr, "Validation", "10-60-1280x720_right"), format!("{header}\n2\n2\n"));

    tree.write(&file(va, "Validation", "426"), format!("valence,arousal\r\n{}", "0.0,0.054\n".repeat(9)));
    let codes: String =
        (0..8).rev().map(|class| code(class) + if class % 2 == 0 { "\r\n" } else { "\n" }).collect();
    tree.write(&file(expr, "Validation", "426"), format!("{header}\n{codes}-1\n"));
    let aus: Vec<String> = (0..9).map(|k| one_hot(11 - k, 12)).collect();
    tree.write(&file(&au, "Validation", "426"), format!("{AU}\r\n{}", aus.join("\r\n")));

    let (first, second) = ("cropped_aligned", "cropped_aligned_new_50_vids");
    faces(tree, &format!("{first}/video45_1"), &[1, 2, 4, 5, 8, 10]);
    faces(tree, &format!("{second}/30-30-1920x1080_left"), &[1, 2]);
    faces(tree, &format!("{second}/30-30-1920x1080_right"), &[1, 2]);
    faces(tree, &format!("{first}/10-60-1280x720"), &[1, 2]);
    faces(tree, &format!("{first}/10-60-1280x720_right"), &[1, 2]);
    faces(tree, &format!("{first}/426"), &[1, 2, 3, 4, 5]);
    faces(tree, &format!("{second}/426"), &[5, 6, 7, 8, 9]);
    faces(tree, &format!("{first}/video96"), &[1, 3]);
}

/// Test lists for the miniature of uni-task annotations, in the forms they were handed out: of videos (2022), of frames
/// without values (2023), and of frames with values that mean nothing (2024). Frames 2 and 4 of `video96` have no image.
pub fn abaw_test_lists(tree: &Tree) {
    tree.write("Expression_Classification_Challenge_test_set_release.txt", "video96\n");
    tree.write(
        "CVPR_5th_ABAW_EXPR_test_set_sample.txt",
        format!("image_location,{EXPR}\nvideo96/00003.jpg,\nvideo96/00001.jpg,\nvideo96/00002.jpg,\n"),
    );
    tree.write(
        "CVPR_6th_ABAW_Expr_test_set_example.txt",
        format!(
            "image_location,{EXPR}\r\nvideo96/00001.jpg,0\r\nvideo96/00002.jpg,0\r\nvideo96/00003.jpg,0\r\n\
             video96/00004.jpg,0"
        ),
    );
    tree.write(
        "CVPR_6th_ABAW_VA_test_set_example.txt",
        "image_location,valence,arousal\nvideo96/00001.jpg,0.5,-0.5\nvideo96/00002.jpg,0.5,-0.5\n",
    );
    tree.write(
        "CVPR_6th_ABAW_AU_test_set_example.txt",
        format!("image_location,{AU}\nvideo96/00001.jpg,1,0,1,1,1,0,0,1,0,0,0,1\n"),
    );
}

/// Multi-task tables of the 4th, 7th and 11th challenge, beside `cropped_aligned`.
///
/// Training, file lines 2 to 15: three rows as published, of which the second has no expression and the third nothing
/// else; expressions 0 to 7, each in frame k + 1 of `video45_1`; a frame again with the same labels and again with
/// others; a row without any label. Validation: two rows, and one whose frame has no image. The test list has four rows
/// that end in a comma, one of them twice, one without an image.
pub fn abaw_mtl(tree: &Tree) {
    mtl(tree, "training_set_annotations.txt", "validation_set_annotations.txt");
    tree.write(
        "MTL_Challenge_test_set_release.txt",
        "image,valence,arousal,expression,aus\nvideo96/00008.jpg,\nvideo96/00001.jpg,\nvideo96/00008.jpg,\n\
         video96/00009.jpg,\n",
    );
}

/// The same under the names of 2022; rows of the test list are bare.
pub fn abaw_mtl_2022(tree: &Tree) {
    let folder = "Third ABAW Annotations/MTL_Challenge";
    mtl(tree, &format!("{folder}/train_set.txt"), &format!("{folder}/validation_set.txt"));
    tree.write(
        "Multi_Task_Learning_Challenge_test_set_release.txt",
        "image,valence,arousal,expression,aus\r\nvideo96/00008.jpg\r\nvideo96/00001.jpg\r\nvideo96/00008.jpg\r\n\
         video96/00009.jpg",
    );
}

fn mtl(tree: &Tree, train: &str, valid: &str) {
    let header = "image,valence,arousal,expression,aus";
    let mut rows = vec![
        format!("426/00001.jpg,0.0,0.054,0,{}", one_hot(5, 12)),
        format!("426/00050.jpg,0.0,0.16,-1,{}", one_hot(10, 12)),
        format!("video48/02534.jpg,-5.0,-5.0,4,{NO_AU}"),
    ];
    rows.extend((0..8).map(|k| format!("video45_1/{:05}.jpg,-5,-5,{k},{NO_AU}", k + 1)));
    rows.push(rows[0].clone());
    rows.push(format!("426/00001.jpg,0.0,0.054,7,{}", one_hot(5, 12)));
    rows.push(format!("video48/02535.jpg,-5,-5,-1,{NO_AU}"));
    tree.write(train, format!("\u{feff}{header}\r\n{}", rows.join("\r\n")));
    let rows = [("00001", 3, 0), ("00002", -1, 11), ("00003", 2, 1)];
    let row =
        |(frame, class, au)| format!("10-60-1280x720_right/{frame}.jpg,-0.5,1,{class},{}\n", one_hot(au, 12));
    tree.write(valid, format!("{header}\n{}", rows.map(row).concat()));

    faces(tree, "cropped_aligned/426", &[1, 50]);
    faces(tree, "cropped_aligned/video48", &[2534, 2535]);
    faces(tree, "cropped_aligned/video45_1", &[1, 2, 3, 4, 5, 6, 7, 8]);
    faces(tree, "cropped_aligned/10-60-1280x720_right", &[1, 2]);
    faces(tree, "cropped_aligned/video96", &[1, 8]);
}

/// Zeros with a one at a position.
fn one_hot(at: usize, n: usize) -> String {
    (0..n).map(|k| if k == at { "1" } else { "0" }).collect::<Vec<_>>().join(",")
}

/// Writes the same face for every frame: nothing asks what the faces of a video show.
fn faces(tree: &Tree, folder: &str, frames: &[u64]) {
    let face = Faces::default().jpeg(1, SIDE);
    for frame in frames {
        tree.write(&format!("{folder}/{frame:05}.jpg"), &face);
    }
}
