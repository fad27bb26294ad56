//! `affekt data stats`: the page, the table and the JSON say the same.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use serde_json::Value;
use support::affekt;

const LABELS: [&str; 5] = ["fear", "anger", "fear", "fear", "happiness"];

/// Five pictures, the last of them none, and one row that nothing is known about.
fn dataset(name: &str, va: bool) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("root/images");
    std::fs::create_dir_all(&images).unwrap();
    let mut table = String::from("image,subject,emotion,split,v,a\n");
    for (k, label) in (0_u8..).zip(LABELS) {
        let file = format!("{name}{k}.png");
        if k == 4 {
            std::fs::write(images.join(&file), "no picture").unwrap();
        } else {
            image::RgbImage::from_pixel(20, 9, image::Rgb([40 * k; 3])).save(images.join(&file)).unwrap();
        }
        let split = if k == 1 { "valid" } else { "train" };
        table += &[
            "\"",
            &file.replace('"', "\"\""),
            "\",p",
            &(k / 2).to_string(),
            ",",
            label,
            ",",
            split,
            ",0.5,-0.25\n",
        ]
        .concat();
    }
    table += "x.png,p9,bliss,train,0,0\n";
    std::fs::write(folder.path().join("root/legend.csv"), table).unwrap();
    let faces8 = std::fs::read_to_string(support::repository().join("data-manifests/faces8.toml")).unwrap();
    let (kept, _) = faces8.split_once("[published]").unwrap();
    let columns = if va { "valence = \"v\"\narousal = \"a\"\n" } else { "" };
    let text = [
        kept,
        "split = \"split\"\n",
        columns,
        "\n[published]\ntolerance = 0.0\ntrain.rows = 5\nvalid.rows = 9\n",
    ];
    let text = text.concat().replace("subject = \"subject\"\n\n", "subject = \"subject\"\n");
    std::fs::write(folder.path().join("set.toml"), text).unwrap();
    folder
}

struct Stats {
    page: String,
    json: Value,
    table: String,
}

fn stats(folder: &tempfile::TempDir, more: &[&str]) -> Stats {
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (set, root, out) = (path("set.toml"), path("root"), path("out/page.html"));
    let words = [&["data", "stats", &set, "--root", &root, "--out", &out], more].concat();
    let ran = affekt(&[&words[..], &["--json"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let page = std::fs::read_to_string(&out).unwrap();
    let json = serde_json::from_str(&ran.stdout).unwrap();
    let table = affekt(&words).stdout;
    assert_eq!(page, std::fs::read_to_string(&out).unwrap(), "a second run over the first");
    Stats { page, json, table }
}

#[test]
fn page_table_and_json_hold_the_same_counts() {
    let folder = dataset("s", true);
    let Stats { page, json, table } = stats(&folder, &[]);
    let (all, parts) = (&json["all"], json["parts"].as_array().unwrap());
    assert_eq!(
        (&all["rows"], &all["subjects"], &json["counts"]["all"]["rows"]),
        (&5.into(), &3.into(), &6.into())
    );
    assert_eq!(parts.iter().map(|p| p["split"].as_str().unwrap()).collect::<Vec<_>>(), ["train", "valid"]);
    assert_eq!((&json["subjects_in_several_splits"], &all["imbalance"]), (&1.into(), &3.0.into()));
    for class in all["classes"].as_array().unwrap() {
        let name = class["class"].as_str().unwrap();
        let expected = LABELS.iter().filter(|label| **label == name).count();
        assert_eq!(class["rows"], expected, "{name}");
        let row = format!("<tr><th scope=\"row\">{name}</th><td class=\"num\">{expected}</td>");
        assert!(page.contains(&row), "{row}");
        let line = table.lines().find(|line| line.starts_with(name)).unwrap();
        assert_eq!(line.split_whitespace().nth(3).unwrap(), expected.to_string(), "{line}");
    }
    assert!(page.contains("5 usable rows</strong> of 6 in the annotation; 3 subjects."), "{page}");
    assert!(page.contains("Unbalanced 3.0 to 1:") && page.contains("1 of 2 published counts differ:"));
    assert!(page.contains("set aside, unknown-label: 1") && page.contains("✗ 8 missing"));
    let va = &all["va"];
    assert_eq!(
        (&va["rows"], &va["mean"], &va["grid"][7][15]),
        (&5.into(), &serde_json::json!([0.5, -0.25]), &5.into())
    );
    assert!(page.contains("id=\"va\"") && page.contains("0.5000 ± 0.0000") && !page.contains("id=\"aus\""));
    assert!(
        table.contains("+0.50 ± 0.00") && table.contains("published counts that differ: 1 of 2"),
        "{table}"
    );
}

#[test]
fn a_broken_picture_is_skipped_and_counted() {
    let folder = dataset("s", false);
    let Stats { page, json, table } = stats(&folder, &["--pictures", "2"]);
    assert_eq!(
        (&json["pictures_shown"], &json["pictures_broken"][0]["reason"]),
        (&3.into(), &"unreadable-image".into())
    );
    assert_eq!(page.matches("<img src=\"data:image/jpeg;base64,/9j/").count(), 3);
    assert!(
        page.contains("alt=\"labelled anger, sample s1.png\"") && page.contains("1 of 4 pictures to show")
    );
    assert!(table.contains("picture not shown: images/s4.png: unreadable-image"), "{table}");
    assert!(!page.contains("id=\"va\"") && !page.contains("id=\"aus\""));
    let Stats { page, json, .. } = stats(&folder, &["--pictures", "0"]);
    assert_eq!(json["pictures_shown"], 0);
    assert!(!page.contains("<img") && !page.contains("id=\"pictures\""));
}

#[test]
fn a_hostile_sample_name_stays_text() {
    let folder = dataset("\"><script>alert(1)<&'", true);
    let Stats { page, .. } = stats(&folder, &[]);
    assert!(!page.contains("<script"), "a name became an element");
    assert_eq!(
        page.matches("&lt;script").count(),
        2 * 4 + 1,
        "text and alt of each picture, and the broken one"
    );
}

#[test]
fn what_cannot_be_read_is_an_input_error() {
    let folder = dataset("s", false);
    let set = folder.path().join("set.toml");
    let words = ["data", "stats", set.to_str().unwrap(), "--root", "no-such-folder", "--out", "x.html"];
    let ran = affekt(&words);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("no-such-folder"), "{}", ran.stderr);
    assert_eq!(affekt(&[&words[..], &["--pictures", "25"]].concat()).code, 2);
}
