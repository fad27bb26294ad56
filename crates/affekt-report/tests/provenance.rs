//! What was run, on what, and where it departs from the paper.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use std::fs;
use std::path::PathBuf;

use affekt_artifact::{Machine, Machines};
use support::{Names, Study, report, write_study};

fn section<'a>(html: &'a str, id: &str) -> &'a str {
    let from = html.split_once(&format!("<h2 id=\"{id}\">")).unwrap().1;
    from.split_once("</section>").unwrap().0
}

/// Folders of the runs that have predictions.
fn finished(study: &Study) -> Vec<PathBuf> {
    let folders = study.plan.runs.iter().map(|run| study.dir.join("runs").join(&run.id));
    folders.filter(|folder| folder.join("predictions.csv").is_file()).collect()
}

fn machine() -> Machine {
    Machine {
        version: "0.1.0".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        dirty: Some(false),
        device: "cpu".to_owned(),
        gpu: None,
        driver: None,
        cpu: Some("A processor <b>".to_owned()),
        cores: 2,
    }
}

fn say(folder: &std::path::Path, precision: &str) {
    let run = format!(
        "{{\"code\":\"c0de\",\"libtorch\":\"2.11.0\",\"threads\":1,\"train\":{{\"precision\":\"{precision}\"}},\
         \"method\":{{\"variant\":\"paper\",\"quirks\":[\"dropout-in-eval\"]}}}}"
    );
    fs::write(folder.join("run.json"), run).unwrap();
}

#[test]
fn runs_older_than_their_record_are_told_as_such() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let html = report(&study);
    let run = section(&html, "provenance");
    assert!(
        run.contains("47 trained, alike in what they say of themselves; the machine is not recorded."),
        "{run}"
    );
    assert!(run.contains("<td>not recorded</td>") && run.contains("absent-class policy"));
    assert!(!html.contains("id=\"departures\""), "no study file, no paper");
}

#[test]
fn runs_of_other_builds_and_machines_are_counted() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let folders = finished(&study);
    for folder in &folders {
        say(folder, "bf16");
        Machines::note(folder, &machine()).unwrap();
        Machines::note(folder, &machine()).unwrap();
    }
    let html = report(&study);
    let run = section(&html, "provenance");
    assert!(
        run.contains("47 trained, all by the same build on the same kind of machine.")
            && run.contains("<td>0123456789ab</td>"),
        "{run}"
    );
    assert!(run.contains("<td>A processor &lt;b&gt;</td>") && run.contains("<td>none</td>"));
    assert!(run.contains("<dt>variant of base</dt><dd>paper, with dropout-in-eval</dd>"), "{run}");
    assert!(!section(&html, "exclusions").contains("kinds"));

    // Three run on a GPU from changed sources, one of them after it had begun on the CPU.
    let gpu = Machine {
        dirty: Some(true),
        device: "cuda(0)".to_owned(),
        gpu: Some("NVIDIA X".to_owned()),
        driver: Some("999.1".to_owned()),
        ..machine()
    };
    for folder in &folders[1..3] {
        fs::remove_file(folder.join(Machines::FILE)).unwrap();
        Machines::note(folder, &gpu).unwrap();
    }
    Machines::note(&folders[0], &gpu).unwrap();
    let html = report(&study);
    let run = section(&html, "provenance");
    assert!(run.contains("The 47 trained runs are of 3 kinds"), "{run}");
    assert!(section(&html, "exclusions").contains("The 47 trained runs are of 3 kinds"));
    for cell in [
        "<td>cuda(0)</td>",
        "<td>NVIDIA X</td>",
        "<td>999.1</td>",
        "<td>0123456789ab, with uncommitted changes</td>",
        "<td>cpu, then cuda(0)</td>",
    ] {
        assert!(run.contains(cell), "{cell}: {run}");
    }
    let table = fs::read_to_string(study.dir.join("tables/origins.csv")).unwrap();
    let counts: Vec<&str> = table.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(counts, ["44", "2", "1"]);

    fs::write(folders[5].join(Machines::FILE), "{\"schema\":\"affekt-machines/9\",\"machines\":[]}").unwrap();
    let error = affekt_report::write(&study.dir, &study.out_root).unwrap_err().to_string();
    assert!(error.contains("machines.json") && error.contains("affekt-machines/9"), "{error}");
}

#[test]
fn settings_that_are_not_those_of_the_paper_stand_beside_them() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    let text = "[train]\nepochs = 6\nbatch_size = 64\n[paper]\nsource = 'a <paper>'\n[paper.setting]\n\
                'train.epochs' = 75\n'train.batch_size' = 64\n'augment.flip' = 0.5\n";
    fs::write(study.dir.join("study.toml"), text).unwrap();
    let html = report(&study);
    let departures = section(&html, "departures");
    let intro = "Source: a &lt;paper&gt;. Compared are the settings listed from there, no others: of 3 settings 1 are the \
                 same here, 2 are not. Rendered worlds and not the paper's data: degenerate.";
    assert!(departures.replace("&#x27;", "'").contains(intro), "{departures}");
    assert!(departures.contains("<th scope=\"row\">train.epochs</th><td>75</td><td>6</td>"), "{departures}");
    assert!(departures.contains("<th scope=\"row\">augment.flip</th><td>0.5</td><td>not set</td>"));
    assert!(!departures.contains("batch_size"));
    fs::write(study.dir.join("study.toml"), text.replace("epochs = 6", "epochs = 75")).unwrap();
    assert!(!section(&report(&study), "departures").contains("train.epochs"));
    fs::write(
        study.dir.join("study.toml"),
        "[train]\nepochs = 75\n[paper]\nsource = 'x'\n[paper.setting]\n'train.epochs' = 75\n",
    )
    .unwrap();
    assert!(section(&report(&study), "departures").contains("no others: all 1 are the same here."));
}
