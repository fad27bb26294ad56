//! What a digest of code takes of `Cargo.lock`.

#[path = "../build/locked.rs"]
mod locked;

use locked::locked;

const LOCK: &str = r#"
version = 4

[[package]]
name = "training"
version = "0.1.0"
dependencies = [
 "decoder 2.0.0",
]

[[package]]
name = "report"
version = "0.1.0"
dependencies = [
 "decoder 1.0.0",
 "tables",
]

[[package]]
name = "decoder"
version = "1.0.0"
checksum = "aa"

[[package]]
name = "decoder"
version = "2.0.0"
checksum = "bb"
dependencies = [
 "pixels",
]

[[package]]
name = "pixels"
version = "0.3.1"
checksum = "cc"

[[package]]
name = "tables"
version = "60.1.0"
checksum = "dd"
"#;

#[test]
fn what_the_report_depends_on_trains_nothing_anew() {
    let before = locked(LOCK, &["training"]);
    assert!(
        before.contains("pixels") && before.contains("\"bb\"") && before.contains("training"),
        "{before}"
    );
    assert!(!before.contains("\"aa\"") && !before.contains("tables"), "{before}");
    for (from, to) in [("60.1.0", "61.0.0"), ("\"aa\"", "\"ab\""), ("\"report\"", "\"page\"")] {
        assert_eq!(locked(&LOCK.replace(from, to), &["training"]), before, "{from}");
    }
    for (from, to) in [("0.3.1", "0.3.2"), ("\"bb\"", "\"bc\""), ("\"cc\"", "\"cd\"")] {
        assert_ne!(locked(&LOCK.replace(from, to), &["training"]), before, "{from}");
    }
}

#[test]
fn the_lock_file_of_the_workspace_is_understood() {
    let lock = include_str!("../../../Cargo.lock");
    let training = locked(lock, &["affekt-train", "affekt-tensor"]);
    for name in ["\"tch\"", "\"torch-sys\"", "\"half\"", "\"affekt-core\""] {
        assert!(training.contains(&format!("name = {name}\n")), "{name}");
    }
    for name in ["\"minijinja\"", "\"parquet\"", "\"clap_mangen\"", "\"affekt-report\""] {
        assert!(!training.contains(&format!("name = {name}\n")), "{name}");
    }
}
