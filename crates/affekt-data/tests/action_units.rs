//! DISFA and BP4D, action units of extracted frames; `EmotioNet`, of pictures.

#[expect(dead_code, reason = "each test file uses a part of the support")]
mod miniature;

use affekt_artifact::QuarantineReason;
use affekt_data::{DataError, Reading};
use affekt_testkit::{bp4d, disfa, emotionet};
use miniature::{Miniature, assert_accounted, changed, dataset, layout, set_aside};

/// Action units papers report on, with the place of each among those the dataset codes.
const DISFA: [(u8, usize); 8] = [(1, 0), (2, 1), (4, 2), (6, 4), (9, 5), (12, 6), (25, 10), (26, 11)];
const BP4D: [(u8, usize); 12] = [
    (1, 0),
    (2, 1),
    (4, 2),
    (6, 4),
    (7, 5),
    (10, 7),
    (12, 9),
    (14, 11),
    (15, 12),
    (17, 14),
    (23, 19),
    (24, 20),
];

fn frame<'r>(reading: &'r Reading, name: &str) -> &'r affekt_data::ReadRow {
    reading.rows.iter().find(|row| row.sample.as_str() == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn disfa_reads_each_unit_from_its_own_file_and_cuts_at_the_threshold() {
    let (miniature, set) = (Miniature::new(disfa), dataset("disfa"));
    assert_eq!(set.spec().aus, DISFA.map(|(au, _)| au));
    let reading = miniature.read(&set).unwrap();
    for number in 1..=6_usize {
        let row = frame(&reading, &format!("SN001/{number}"));
        let expected = DISFA.map(|(_, k)| Some((k + number - 1) % 6 >= 2));
        assert_eq!(row.aus, expected, "frame {number}");
        assert_eq!((row.subject.as_str(), row.video.as_deref()), ("SN001", Some("SN001")));
        assert_eq!(
            (row.frame, row.image.file()),
            (Some(number as u64), &*format!("Images/SN001/{number}.jpg"))
        );
    }
    let strict = changed("disfa", |table| layout(table)["threshold"] = 4.into()).unwrap();
    let strict = miniature.read(&strict).unwrap();
    assert_eq!(frame(&strict, "SN001/3").aus, DISFA.map(|(_, k)| Some((k + 2) % 6 >= 4)));
    let report = miniature.check(&set);
    assert!(!report.needs_attention(), "{report}");
    assert_eq!((report.images, report.subjects, report.images_without_rows), (11, 2, 0));
}

#[test]
fn a_labelled_frame_without_an_image_is_counted_and_no_fault() {
    let reading = Miniature::new(disfa).read(&dataset("disfa")).unwrap();
    assert_eq!((reading.counts.all.rows, reading.counts.all.without_face), (12, 1));
    assert!(reading.rows.len() == 11 && reading.quarantine.items.is_empty());
    assert_accounted(&reading);
}

#[test]
fn broken_lines_of_disfa_cost_their_frame_and_name_file_and_line() {
    let miniature = Miniature::new(disfa);
    miniature
        .tree()
        .write(
            "ActionUnit_Labels/SN001/SN001_au4.txt",
            "\u{feff}1,0\r\n\r\n2,6\r\n3,x\r\nfour,1\r\n5, 2 \r\n6,0\r\n6,5",
        )
        .write("Images/SN001/7.jpg", "");
    miniature.remove("ActionUnit_Labels/SN001/SN001_au26.txt");
    let reading = miniature.read(&dataset("disfa")).unwrap();
    assert_eq!(
        set_aside(&reading),
        [
            ("ActionUnit_Labels/SN001/SN001_au4.txt", Some(5), QuarantineReason::MalformedRow),
            ("Images/SN001/2.jpg", Some(2), QuarantineReason::LabelRange),
            ("Images/SN001/3.jpg", Some(3), QuarantineReason::MalformedRow),
            ("Images/SN001/6.jpg", Some(6), QuarantineReason::ConflictingLabel),
        ]
    );
    assert!(reading.quarantine.items[1].detail.contains("SN001_au4.txt:3: intensity 6"), "{reading:?}");
    assert_eq!((frame(&reading, "SN001/4").aus[2], frame(&reading, "SN001/5").aus[2]), (None, Some(true)));
    assert_eq!(frame(&reading, "SN001/1").aus[7], None);
    let notes: Vec<_> = reading.counts.notes.keys().collect();
    assert_eq!(notes, ["no file ActionUnit_Labels/SN001/SN001_au26.txt"]);
    assert_accounted(&reading);
    assert_eq!(miniature.check(&dataset("disfa")).first_without_rows, ["Images/SN001/7.jpg"]);
}

#[test]
fn frames_are_found_by_number_in_any_layout_the_template_can_say() {
    let templates = [
        ("{subject}/frames/{frame}.png", "SN001/frames/00003.png"),
        ("all/{subject}_{frame}_crop.jpg", "all/SN001_3_crop.jpg"),
        ("{subject}_{frame}.jpg", "SN001_003.jpg"),
    ];
    for (template, image) in templates {
        let miniature = Miniature::new(disfa);
        miniature.tree().write(image, "");
        let set = changed("disfa", |table| layout(table)["images"] = template.into()).unwrap();
        let reading = miniature.read(&set).unwrap();
        assert_eq!(reading.rows.len(), 1);
        assert_eq!(frame(&reading, "SN001/3").image.file(), image);
        assert_eq!(reading.counts.all.without_face, 11);
    }
}

#[test]
fn a_template_that_finds_no_image_or_cannot_is_refused() {
    let with = |template: &str| changed("disfa", |table| layout(table)["images"] = template.into());
    let error = Miniature::new(disfa).read(&with("Images/{subject}/frame{frame}.jpg").unwrap()).unwrap_err();
    assert!(error.to_string().contains("layout.images"), "{error}");
    assert!(error.to_string().contains("Images/SN001/frame1.jpg"), "{error}");
    let error = Miniature::new(disfa).read(&with("Frames/{subject}/{frame}.jpg").unwrap()).unwrap_err();
    assert!(matches!(error, DataError::NotFound { what: "image folder", .. }), "{error}");
    for template in [
        "Images/{frame}.jpg",
        "Images/{subject}/a.jpg",
        "Images/{frame}/{subject}.jpg",
        "Images/{subject}/{task}/{frame}.jpg",
        "Images/{subject}/{frame}{frame}.jpg",
        "../{subject}/{frame}.jpg",
        "",
    ] {
        assert!(with(template).is_err(), "{template}");
    }
    assert!(changed("disfa", |table| layout(table)["threshold"] = 0.into()).is_err());
    assert!(changed("disfa", |table| layout(table)["threshold"] = 6.into()).is_err());
}

#[test]
fn bp4d_reads_each_unit_from_the_column_of_its_number() {
    let (miniature, set) = (Miniature::new(bp4d), dataset("bp4d"));
    assert_eq!(set.spec().aus, BP4D.map(|(au, _)| au));
    let reading = miniature.read(&set).unwrap();
    for n in 0..4_usize {
        let row = frame(&reading, &format!("F001/T2/{}", 12 + n));
        assert_eq!(row.aus, BP4D.map(|(_, k)| Some((k + n) % 3 == 0)), "frame {n}");
        assert_eq!(
            (row.subject.as_str(), row.video.as_deref(), row.line),
            ("F001", Some("F001/T2"), Some(n as u64 + 2))
        );
        assert_eq!(row.image.file(), format!("Images/F001/T2/{:04}.jpg", 12 + n));
    }
    let report = miniature.check(&set);
    assert!(!report.needs_attention(), "{report}");
    assert_eq!((report.images, report.subjects, report.images_without_rows), (15, 2, 0));
}

#[test]
fn bp4d_columns_in_another_order_read_the_same() {
    let miniature = Miniature::new(bp4d);
    let plain = frame(&miniature.read(&dataset("bp4d")).unwrap(), "F001/T1/13").aus.clone();
    let file = "AUCoding/AU_OCC/F001_T1.csv";
    let turned: Vec<String> = miniature
        .text(file)
        .lines()
        .map(|line| {
            let (frame, codes) = line.split_once(',').unwrap();
            let codes: Vec<&str> = codes.rsplit(',').collect();
            format!("{frame},{}", codes.join(","))
        })
        .collect();
    miniature.tree().write(file, turned.join("\r\n"));
    assert_eq!(frame(&miniature.read(&dataset("bp4d")).unwrap(), "F001/T1/13").aus, plain);
}

#[test]
fn code_9_is_not_coded_and_a_frame_of_nothing_else_is_counted_as_ignored() {
    let set = changed("bp4d", |table| table["aus"] = vec![1, 28].into()).unwrap();
    let reading = Miniature::new(bp4d).read(&set).unwrap();
    assert_eq!(frame(&reading, "M002/T1/12").aus, [Some(true), None]);
    assert_eq!((reading.counts.all.rows, reading.counts.ignored, reading.rows.len()), (16, 1, 15));
    assert_eq!((reading.counts.all.au, reading.counts.all.without_face), (15, 0));
}

#[test]
fn broken_tables_of_bp4d_are_named() {
    let miniature = Miniature::new(bp4d);
    let header = miniature.text("AUCoding/AU_OCC/F001_T1.csv").lines().next().unwrap().to_owned();
    let zeros = ",0".repeat(27);
    miniature
        .tree()
        .write("AUCoding/AU_OCC/F001_T1.csv", "0,1,2,4\n12,0,0,0\n")
        .write(
            "AUCoding/AU_OCC/F001_T2.csv",
            format!(
                "{header}\n12{zeros}\n13,2{}\n14,0,1\n15,x{zeros}\nx{zeros}\n12{zeros}\n12,1{zeros}\n",
                &zeros[2..]
            ),
        )
        .write("AUCoding/AU_OCC/M002_T1.csv", "")
        .write("AUCoding/AU_OCC/readme.txt", "codes");
    let reading = miniature.read(&dataset("bp4d")).unwrap();
    assert_eq!(
        set_aside(&reading),
        [
            ("AUCoding/AU_OCC/F001_T1.csv", Some(1), QuarantineReason::MalformedRow),
            ("AUCoding/AU_OCC/F001_T2.csv", Some(6), QuarantineReason::MalformedRow),
            ("Images/F001/T2/0012.jpg", Some(2), QuarantineReason::ConflictingLabel),
            ("Images/F001/T2/0013.jpg", Some(3), QuarantineReason::LabelRange),
            ("Images/F001/T2/0014.jpg", Some(4), QuarantineReason::MalformedRow),
            ("Images/F001/T2/0015.jpg", Some(5), QuarantineReason::MalformedRow),
            ("AUCoding/AU_OCC/M002_T1.csv", None, QuarantineReason::MalformedRow),
        ]
    );
    assert!(reading.quarantine.items[0].detail.contains("action unit 6"), "{reading:?}");
    assert_eq!(reading.counts.notes.len(), 2, "{:?}", reading.counts.notes);
    assert_eq!(reading.rows.len(), 3);
}

#[test]
fn a_folder_without_tables_and_one_that_is_not_there_are_errors() {
    let empty = Miniature::new(|tree| {
        tree.write("AUCoding/AU_OCC/x/y.csv", "").write("Images/a.jpg", "");
    });
    let error = empty.read(&dataset("bp4d")).unwrap_err();
    assert!(matches!(error, DataError::Empty { .. }), "{error}");
    let error = Miniature::new(disfa).read(&dataset("bp4d")).unwrap_err();
    assert!(matches!(error, DataError::NotFound { what: "annotation folder", .. }), "{error}");
}

#[test]
fn emotionet_reads_quoted_columns_by_number_and_finds_pictures_by_name() {
    let (miniature, set) = (Miniature::new(emotionet), dataset("emotionet"));
    let reading = miniature.read(&set).unwrap();
    for (n, row) in reading.rows.iter().enumerate() {
        let coded = |au: &u8| n != 2 || *au < 6;
        let present = |au: &u8| (usize::from(*au) - 1 + n).is_multiple_of(4);
        let expected: Vec<_> = set.spec().aus.iter().map(|au| coded(au).then(|| present(au))).collect();
        assert_eq!(row.aus, expected, "row {n}");
    }
    let files: Vec<_> = reading.rows.iter().map(|row| row.image.file()).collect();
    assert_eq!(files[0], "images/N_0000000001_00104.jpg");
    assert_eq!(files[3], "images/N_1/N_0000000004_00125.jpg");
    let report = miniature.check(&set);
    assert!(!report.needs_attention() && report.images_without_rows == 0, "{report}");
}

#[test]
fn other_codes_and_addresses_without_a_file_are_set_aside_and_a_missing_column_is_an_error() {
    let set = changed("emotionet", |table| table["aus"] = vec![2, 12].into()).unwrap();
    let miniature = Miniature::new(|tree| {
        let table = "\u{feff} 'URL' ,URL orig, 'AU 2' ,\"'AU12'\"\r\nhttp://a/N_1.jpg?x=1,b,1.0,999\r\n\
            http://a/,b,1,1\nN_2.jpg,b,2,0\nN_3.jpg,b,1\nN_4.jpg,b,999,999\n..,b,1,1";
        tree.write("EmotioNet_FACS_aws_2020_24600.csv", table).write("images/deep/N_1.jpg", "");
    });
    let reading = miniature.read(&set).unwrap();
    assert_eq!(
        (reading.rows[0].image.file(), &reading.rows[0].aus),
        ("images/deep/N_1.jpg", &vec![Some(true), None])
    );
    assert_eq!((reading.rows.len(), reading.counts.ignored), (1, 1));
    let reasons: Vec<_> =
        set_aside(&reading).into_iter().map(|(_, line, reason)| (line.unwrap(), reason)).collect();
    let malformed = QuarantineReason::MalformedRow;
    let expected = [
        (3, malformed),
        (4, QuarantineReason::LabelRange),
        (5, malformed),
        (7, QuarantineReason::OutsideRoot),
    ];
    assert_eq!(reasons, expected);
    let error = miniature.read(&dataset("emotionet")).unwrap_err();
    assert!(matches!(&error, DataError::Column { column, .. } if column == "AU 1"), "{error}");
}

#[test]
fn damaged_annotations_never_panic() {
    Miniature::new(emotionet).damage(&dataset("emotionet"), "EmotioNet_FACS_aws_2020_24600.csv");
    Miniature::new(disfa).damage(&dataset("disfa"), "ActionUnit_Labels/SN001/SN001_au1.txt");
    Miniature::new(bp4d).damage(&dataset("bp4d"), "AUCoding/AU_OCC/F001_T1.csv");
}
