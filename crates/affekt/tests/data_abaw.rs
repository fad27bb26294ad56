//! `affekt data check` on miniatures of Aff-Wild2, under the shipped descriptions.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use affekt_testkit::{
    Tree, abaw_mtl, abaw_mtl_2022, abaw_test_lists, abaw_tracks, abaw_tracks_2021, abaw_tracks_2022,
};
use serde_json::Value;
use support::{affekt, repository};

/// The shipped description without published counts, which a miniature cannot have, with keys of its layout replaced.
fn check(name: &str, layout: &[(&str, &str)], build: impl Fn(&Tree)) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    build(&Tree::new(folder.path().join("root")));
    let path = repository().join("data-manifests").join(format!("{name}.toml"));
    let mut table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    table.remove("published");
    for (key, value) in layout {
        table["layout"].as_table_mut().unwrap().insert((*key).to_owned(), (*value).into());
    }
    let (set, root) = (folder.path().join("set.toml"), folder.path().join("root"));
    std::fs::write(&set, table.to_string()).unwrap();
    let ran = affekt(&["data", "check", set.to_str().unwrap(), "--root", root.to_str().unwrap(), "--json"]);
    let json = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
    (ran.code, json)
}

fn split<'j>(json: &'j Value, part: &str, what: &str) -> &'j Value {
    &json["counts"]["splits"][part][what]
}

#[test]
fn each_track_is_as_described() {
    let (code, json) = check("aff-wild2-expr", &[], abaw_tracks);
    assert_eq!((code, &json["faults"], &json["images"]), (0, &0.into(), &19.into()), "{json}");
    assert_eq!(split(&json, "train", "without_face"), 3);
    let (code, json) = check("aff-wild2-va", &[], abaw_tracks);
    assert_eq!((code, &json["images"], split(&json, "valid", "va")), (0, &17.into(), &9.into()), "{json}");
    let (code, json) = check("aff-wild2-au", &[], abaw_tracks);
    assert_eq!((code, &json["images"], split(&json, "train", "au")), (0, &13.into(), &4.into()), "{json}");
    let (code, json) = check("aff-wild2-tracks", &[], abaw_tracks);
    assert_eq!(
        (code, &json["faults"], &json["subjects_in_several_splits"]),
        (0, &0.into(), &0.into()),
        "{json}"
    );
}

#[test]
fn older_releases_are_as_described() {
    let annotations = [("annotations", "Third ABAW Annotations")];
    let (code, json) = check("aff-wild2-expr", &annotations, abaw_tracks_2022);
    assert_eq!((code, &json["images"]), (0, &19.into()), "{json}");
    let (code, json) = check("aff-wild2-2021-expr", &[], abaw_tracks_2021);
    assert_eq!(
        (code, &json["faults"], json["classes"].as_array().unwrap().len()),
        (0, &0.into(), 7),
        "{json}"
    );
}

#[test]
fn a_test_list_adds_frames_without_labels() {
    let list = [("test_list", "CVPR_6th_ABAW_Expr_test_set_example.txt")];
    let (code, json) = check("aff-wild2-expr", &list, |tree| {
        abaw_tracks(tree);
        abaw_test_lists(tree);
    });
    assert_eq!((code, split(&json, "test", "rows"), &json["images"]), (0, &4.into(), &21.into()), "{json}");
    assert_eq!(split(&json, "test", "without_face"), 2);
}

#[test]
fn multi_task_tables_are_as_described() {
    for (name, build) in [("aff-wild2-mtl", abaw_mtl as fn(&Tree)), ("aff-wild2-mtl-2022", abaw_mtl_2022)] {
        let (code, json) = check(name, &[], build);
        assert_eq!((code, &json["faults"], &json["images"]), (0, &0.into(), &18.into()), "{json}");
        assert_eq!((split(&json, "train", "va"), split(&json, "test", "rows")), (&4.into(), &4.into()));
    }
}

#[test]
fn a_video_without_images_is_one_fault_to_look_at() {
    let (code, json) = check("aff-wild2-va", &[], |tree| {
        abaw_tracks(tree);
        let file = "6th_ABAW_Annotations/VA_Estimation_Challenge/Train_Set/video59_right.txt";
        tree.write(file, "valence,arousal\n0,0\n0,0\n0,0\n");
    });
    assert_eq!((code, &json["faults"]), (1, &1.into()), "{json}");
    assert_eq!(json["quarantine"]["missing-image"], 1);
    let fault = json["first_faults"][0].as_str().unwrap();
    assert!(
        fault.starts_with("cropped_aligned/video59_right missing-image") && fault.ends_with(": 3"),
        "{fault}"
    );
}
