//! Videos, features and pictures of the test faces, and how every number of the page is printed.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[expect(clippy::cast_possible_truncation, reason = "the fixture's probabilities are f32, as in the file")]
mod support;

use std::fs;

use affekt_artifact::{Embeddings, PredictionRow, Predictions};
use affekt_core::VaPoint;
use support::{Names, Study, add_ada_df, report, table, well_formed, write_study};

/// Changes the predictions of every finished run of an arm on `degenerate`.
fn change(study: &Study, arm: &str, by: &dyn Fn(usize, &mut PredictionRow)) {
    let dataset = study.plan.dataset("degenerate").unwrap();
    for run in study.plan.runs.iter().filter(|r| r.dataset == "degenerate" && r.arm == arm) {
        let file = study.dir.join("runs").join(&run.id).join("predictions.csv");
        let mut predictions = Predictions::load(&file, &dataset.label_set, &dataset.aus).unwrap();
        predictions.rows.iter_mut().enumerate().for_each(|(k, row)| by(k, row));
        predictions.save(&file).unwrap();
    }
}

#[test]
fn concordance_is_told_video_by_video_and_is_undefined_for_a_constant_truth() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    assert!(!report(&study).contains("Valence and arousal by video"));
    // Video a: truth 0, 1/4, 1/2, 3/4 in valence and as predicted but for the last, which is 1/2; arousal constant.
    change(&study, "base", &|k, row| {
        let quarter = f64::from(u8::try_from(k.min(8)).unwrap()) / 4.0;
        let (video, truth, predicted) = match k {
            0..3 => (Some("a<b>"), [quarter, 0.5], [quarter, 0.25]),
            3 => (Some("a<b>"), [quarter, 0.5], [0.5, 0.125]),
            4..8 => (Some("z"), [quarter - 2.0, 0.0], [quarter - 2.0, 0.0]),
            _ => (None, [0.0, 0.0], [0.0, 0.0]),
        };
        row.video = video.map(str::to_owned);
        row.true_va = Some(VaPoint::clamped(truth[0], truth[1]));
        #[expect(clippy::cast_possible_truncation, reason = "quarters are exact")]
        {
            row.predicted_va = Some(predicted.map(|x| x as f32));
        }
    });
    let html = report(&study);
    assert!(html.contains("Valence and arousal by video") && html.contains("a&lt;b&gt;"));
    let rows = table(&study, "videos-degenerate");
    assert_eq!(rows[0][..4], ["video", "frames", "\"valence", " base mean\""].map(str::to_owned));
    let cell = |row: usize, column: usize| rows[row][column].as_str();
    // The row, its frames, valence mean and sd, arousal mean and sd; six seeds agree.
    assert_eq!((cell(1, 0), cell(1, 1)), ("all frames together", "8"));
    assert_eq!((cell(2, 0), cell(2, 1)), ("a<b>", "4"));
    assert_eq!((cell(3, 0), cell(3, 1)), ("z", "4"));
    // With quarters as units this is the doctest of the CCC: scale does not change it.
    assert!((cell(2, 2).parse::<f64>().unwrap() - 0.875).abs() < 1e-12, "{rows:?}");
    assert_eq!((cell(2, 4), cell(3, 4)), ("", ""), "arousal does not change");
    assert_eq!(cell(3, 2), "1");
    let section = html.split_once("Valence and arousal by video").unwrap().1;
    assert!(section.split_once("</table>").unwrap().0.contains(">undefined<"));
}

#[test]
fn features_are_mapped_where_they_were_kept() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    assert!(!report(&study).contains("Features of the test faces"));
    let dataset = study.plan.dataset("degenerate").unwrap();
    let run = study.plan.runs.iter().find(|r| r.dataset == "degenerate" && r.arm == "base" && r.seed == 1);
    let folder = study.dir.join("runs").join(&run.unwrap().id);
    let predictions =
        Predictions::load(&folder.join("predictions.csv"), &dataset.label_set, &dataset.aus).unwrap();
    let n = predictions.rows.len();
    // Class along the first of four features, the row's number along the second, nothing along the others.
    let row = |k: usize| {
        let class = predictions.rows[k].true_class.unwrap().get();
        [3.0 * class as f32, (k % 3) as f32, 0.0, 0.0]
    };
    let embeddings = Embeddings { dimensions: 4, values: (0..n).flat_map(row).collect() };
    embeddings.save(&folder.join(Embeddings::FILE)).unwrap();
    let html = report(&study);
    let svg = fs::read_to_string(study.dir.join("figures/features-degenerate-base.svg")).unwrap();
    assert!(svg.contains("first direction (9") && svg.contains("of the variance of all features"), "{svg}");
    assert!(svg.contains("class=\"pair\"") && svg.contains("the pair, anger and fear"));
    assert!(html.contains("test faces of base, seed 1"));
    let faces: u64 =
        table(&study, "features-degenerate-base")[1..].iter().map(|row| row[1].parse::<u64>().unwrap()).sum();
    assert!(faces > 300 && faces <= 600, "{faces}");

    let short = Embeddings { dimensions: 4, values: vec![0.0; 8] };
    short.save(&folder.join(Embeddings::FILE)).unwrap();
    assert!(report(&study).contains("its rows are not one a test face"));
    fs::write(folder.join(Embeddings::FILE), "none").unwrap();
    let html = report(&study);
    assert!(html.contains("are not shown:") && !html.contains(&*root.path().to_string_lossy()));
}

#[test]
fn pictures_are_there_only_where_asked_for_and_few() {
    let root = tempfile::tempdir().unwrap();
    let study = write_study(root.path(), &Names::default());
    change(&study, "circumplex", &|k, row| {
        if k == 0 {
            row.sample = affekt_core::SampleId::new("<script>s</script>").unwrap();
            row.probabilities = vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        }
    });
    assert!(!report(&study).contains("<img"));
    let mut asked = Vec::new();
    let mut give = |folder: &std::path::Path, samples: &[String]| {
        asked.push((folder.to_owned(), samples.to_vec()));
        if folder.ends_with("data/degenerate") {
            let one = |k: usize| if k == 1 { None } else { Some(vec![0xff, 0xd8]) };
            return Ok((0..samples.len()).map(one).collect());
        }
        Err("the dataset's face cache is not at hand".to_owned())
    };
    let path = affekt_report::write_with_thumbnails(&study.dir, &study.out_root, 200, &mut give).unwrap();
    let html = fs::read_to_string(path).unwrap();
    well_formed::check(&html).unwrap();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].0, study.out_root.join("data/degenerate"));
    assert!(asked.iter().all(|(_, samples)| samples.len() == usize::from(affekt_report::MOST_THUMBNAILS)));
    assert_eq!(asked[0].1[0], "<script>s</script>");
    assert_eq!(html.matches("<img src=\"data:image/jpeg;base64,/9g=\"").count(), 23);
    assert!(html.contains(
        "alt=\"sample &lt;script&gt;s&lt;&#x2f;script&gt;: labelled neutral, taken for fear with 100.0"
    ));
    assert!(!html.contains("<script") && !html.contains("http:") && !html.contains("https:"));
    assert!(html.contains("1 of 24 pictures are not shown"));
    assert!(html.contains("No picture is shown: the dataset&#x27;s face cache is not at hand."));
    assert!(html.contains("many licences of datasets forbid passing faces on"));

    // However large they are, the page keeps its size.
    let mut large = |_: &std::path::Path, samples: &[String]| {
        Ok(samples
            .iter()
            .enumerate()
            .map(|(k, _)| Some(vec![7; if k == 0 { 40_000 } else { 16_000 }]))
            .collect())
    };
    let path = affekt_report::write_with_thumbnails(&study.dir, &study.out_root, 24, &mut large).unwrap();
    let html = fs::read_to_string(path).unwrap();
    assert!(
        html.len() < 2_000_000 && html.contains("<img") && html.contains("has no more room"),
        "{}",
        html.len()
    );
}

#[test]
fn no_number_of_the_page_is_a_negative_zero() {
    let root = tempfile::tempdir().unwrap();
    let mut study = write_study(root.path(), &Names::default());
    add_ada_df(&study);
    for row in &mut study.tests.rows {
        row.mean_difference = -1e-6;
        row.hodges_lehmann = -0.0;
        row.ci_low = Some(-4e-5);
        row.d_z = Some(-0.001);
        row.rank_biserial = Some(-0.0);
        row.rope_below = Some(-0.0);
    }
    for row in study.results.rows.iter_mut().filter(|row| row.metric.starts_with("ccc")) {
        row.value = Some(-1e-5);
    }
    study.tests.save(&study.dir.join("tests.csv")).unwrap();
    study.results.save(&study.dir.join("results.csv")).unwrap();
    let html = report(&study);
    let text: String =
        html.split('>').filter_map(|part| part.split('<').next()).collect::<Vec<_>>().join(" ");
    for (at, _) in text.match_indices(['-', '\u{2212}']) {
        let rest = text[at..].trim_start_matches(['-', '\u{2212}']);
        let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let is_zero = number.starts_with("0.") && number.bytes().all(|b| b == b'0' || b == b'.');
        // A hyphen in a name is none: a number follows a space or a bracket.
        let begins = text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        assert!(!(is_zero && begins), "{}", text[at..].chars().take(60).collect::<String>());
    }
    assert!(text.contains("0.0000"));
}
