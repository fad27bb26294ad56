//! Every cost of the transport term, from TOML to the matrix in `run.json`.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]
#![allow(clippy::float_cmp, reason = "coordinates are copied")]

mod support;

use affekt_artifact::{Digest, Manifest, ManifestRow};
use affekt_core::{LabelSet, SampleId, Split, SubjectId, VaPoint};
use affekt_ot::{AuTable, ClassCloud, CostMatrix, Normalisation, PrototypeTable};
use affekt_study::{Prepared, Study, StudyError, check_classes, plan_study};
use support::{config, context, planned, prepared};

/// The matrix that arm 2 of seed 0 trains with when its cost is `toml`.
fn cost(toml: &str) -> CostMatrix {
    let planned = planned(&[&format!("arm.2.cost={toml}")]);
    let run = planned.runs.into_iter().find(|run| run.arm == "circumplex" && run.seed == 0).unwrap();
    CostMatrix::from_rows(&run.cost.unwrap()).unwrap()
}

fn refused(toml: &str) -> String {
    let overrides = [format!("arm.2.cost={toml}")];
    match Study::load(&config(), None, &overrides) {
        Err(error) => error.to_string(),
        Ok(study) => {
            let data: Vec<_> = study.spec().datasets.iter().map(|d| prepared(&d.name)).collect();
            let error = plan_study(&study, &data, &context()).unwrap_err();
            let source = std::error::Error::source(&error).map(|source| format!(": {source}"));
            format!("{error}{}", source.unwrap_or_default())
        }
    }
}

fn same(got: &CostMatrix, expected: &CostMatrix) {
    assert_eq!(got.n_classes(), expected.n_classes());
    for (got, expected) in got.as_slice().iter().zip(expected.as_slice()) {
        assert!((got - expected).abs() < 1e-12, "{got} {expected}");
    }
}

fn mean_one(cost: &CostMatrix) -> CostMatrix {
    cost.normalise(Normalisation::MeanOffDiagonal).unwrap()
}

fn clouds() -> Vec<ClassCloud> {
    prepared("degenerate").prepared.class_clouds.into_iter().flatten().collect()
}

fn circumplex() -> CostMatrix {
    CostMatrix::from_prototypes(&clouds().iter().map(ClassCloud::mean).collect::<Vec<_>>()).unwrap()
}

fn au_rates() -> CostMatrix {
    let rates: Vec<Vec<f64>> = prepared("degenerate")
        .prepared
        .au_rates
        .into_iter()
        .map(|class| class.into_iter().flatten().collect())
        .collect();
    CostMatrix::from_au_vectors(&rates).unwrap()
}

const MEAN: &str = "normalisation = \"mean-off-diagonal\"";

#[test]
fn circumplex_costs_take_a_shape_and_a_table() {
    same(&cost(&format!("{{ kind = \"circumplex\", {MEAN} }}")), &mean_one(&circumplex()));
    for (shape, expected) in [
        ("kind = \"power\", r = 2.0", circumplex().power(2.0)),
        ("kind = \"concave\", scale = 0.5", circumplex().concave(0.5)),
        ("kind = \"huber\", delta = 0.4", circumplex().huber(0.4)),
    ] {
        let toml = format!("{{ kind = \"circumplex\", shape = {{ {shape} }}, {MEAN} }}");
        same(&cost(&toml), &mean_one(&expected.unwrap()));
    }
    let set = LabelSet::aff_wild2();
    let points: Vec<_> =
        set.classes().iter().map(|class| PrototypeTable::NrcVad.get(class).unwrap()).collect();
    let tabled = mean_one(&CostMatrix::from_prototypes(&points).unwrap());
    let planned = planned(&[&format!("arm.2.cost={{ kind = \"circumplex\", table = \"nrc-vad\", {MEAN} }}")]);
    let run = planned.runs.iter().find(|run| run.arm == "circumplex").unwrap();
    same(&CostMatrix::from_rows(&run.cost.clone().unwrap()).unwrap(), &tabled);
    // The scores keep the prototypes of the dataset.
    let scored = &planned.plan.datasets[0].prototypes;
    assert_eq!(*scored, clouds().iter().map(ClassCloud::mean).collect::<Vec<_>>());
}

#[test]
fn action_units_come_from_rates_or_tables_and_mix_with_the_circumplex() {
    let empirical = "source = { kind = \"empirical\" }";
    same(&cost(&format!("{{ kind = \"au\", {empirical}, {MEAN} }}")), &mean_one(&au_rates()));
    for a in [0.25, 0.5, 0.75, 1.0] {
        let mixed = cost(&format!("{{ kind = \"mixture\", a = {a:?}, {empirical}, {MEAN} }}"));
        same(&mixed, &CostMatrix::mix(a, &circumplex(), &au_rates()).unwrap());
    }
    // Aff-Wild2 has `other`, of which no table knows the units.
    let message = refused(&format!(
        "{{ kind = \"au\", source = {{ kind = \"table\", table = \"du-2014\" }}, {MEAN} }}"
    ));
    assert!(message.contains("class other has no prototype from the table du-2014 (`fallback"), "{message}");
    // Unless the training split fills in.
    let filled = cost(&format!(
        "{{ kind = \"au\", source = {{ kind = \"table\", table = \"du-2014\", fallback = \"empirical\" }}, {MEAN} }}"
    ));
    let set = LabelSet::aff_wild2();
    let rates = prepared("degenerate").prepared.au_rates;
    let of_other: Vec<f64> =
        rates[set.parse_class("other").unwrap().get()].iter().flatten().copied().collect();
    let units =
        |class: &String| AuTable::Du2014.vector(class, &[1, 2, 4]).unwrap_or_else(|| of_other.clone());
    let vectors: Vec<_> = set.classes().iter().map(units).collect();
    same(&filled, &mean_one(&CostMatrix::from_au_vectors(&vectors).unwrap()));
    let study = support::study(&[&format!(
        "arm.2.cost={{ kind = \"au\", source = {{ kind = \"table\", table = \"du-2014\" }}, {MEAN} }}"
    )]);
    let mut data: Vec<_> = study.spec().datasets.iter().map(|d| prepared(&d.name)).collect();
    for dataset in &mut data {
        dataset.prepared.label_set = LabelSet::affectnet8();
    }
    let study_of_affectnet = plan_study(&study, &data, &context()).unwrap();
    let run = study_of_affectnet.runs.iter().find(|run| run.arm == "circumplex").unwrap();
    let set = LabelSet::affectnet8();
    let vectors: Vec<_> =
        set.classes().iter().map(|class| AuTable::Du2014.vector(class, &[1, 2, 4]).unwrap()).collect();
    let expected = mean_one(&CostMatrix::from_au_vectors(&vectors).unwrap());
    same(&CostMatrix::from_rows(&run.cost.clone().unwrap()).unwrap(), &expected);
}

#[test]
fn what_a_table_lacks_comes_from_the_training_split_where_asked() {
    // Of no table but those of words has `other` a place.
    let set = LabelSet::aff_wild2();
    let means: Vec<_> = clouds().iter().map(ClassCloud::mean).collect();
    let points: Vec<_> = set
        .classes()
        .iter()
        .zip(&means)
        .map(|(class, mean)| PrototypeTable::Rm77.get(class).unwrap_or(*mean))
        .collect();
    let other = set.parse_class("other").unwrap().get();
    assert_eq!(points[other], means[other]);
    let expected = mean_one(&CostMatrix::from_prototypes(&points).unwrap());
    let filled = "table = \"rm77\", fallback = \"empirical\"";
    same(&cost(&format!("{{ kind = \"circumplex\", {filled}, {MEAN} }}")), &expected);
    // The dataset's own prototypes likewise; the plan says where they are from.
    let planned = planned(&[&format!("dataset.0.prototypes={{ kind = \"table\", {filled} }}")]);
    assert_eq!(planned.plan.datasets[0].prototypes, points);
    assert_eq!(planned.plan.datasets[0].prototype_source, "rm77, else empirical");
    let message = refused(&format!("{{ kind = \"circumplex\", table = \"rm77\", {MEAN} }}"));
    assert!(message.contains("class other has no prototype from the table rm77 (`fallback"), "{message}");
}

#[test]
fn names_of_classes_are_checked_before_data_are_prepared() {
    let table = "{ kind = \"table\", table = \"du-2014\" }";
    for (key, value, expected) in [
        ("dataset.0.prototypes", "{ kind = \"table\", table = \"rm77\" }".to_owned(), "class other"),
        ("arm.2.cost", format!("{{ kind = \"circumplex\", table = \"c25-i\", {MEAN} }}"), "class other"),
        ("arm.2.cost", format!("{{ kind = \"mixture\", a = 0.5, source = {table}, {MEAN} }}"), "class other"),
        (
            "arm.2.cost",
            format!("{{ kind = \"wheel\", order = [\"joy\"], positive = [\"joy\"], {MEAN} }}"),
            "class on the wheel \"joy\"",
        ),
    ] {
        let study = support::study(&[&format!("{key}={value}")]);
        let checked = check_classes(&study, &study.spec().datasets[0], &LabelSet::aff_wild2());
        let message = checked.unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }
    // An arm without training may decide by a cost of its own.
    let post_hoc = format!(
        "{{ of = \"base\", rule = {{ kind = \"min-risk\", cost = {{ kind = \"circumplex\", table = \"rm77\", {MEAN} }} }} }}"
    );
    let study = support::study(&["arm.2.cost={ kind = \"none\" }", &format!("arm.2.post_hoc={post_hoc}")]);
    let message = check_classes(&study, &study.spec().datasets[0], &LabelSet::aff_wild2()).unwrap_err();
    assert!(message.to_string().contains("class other"), "{message}");
    // What only data can tell is left to them.
    let study = support::study(&["analysis.pair=[\"fear\", \"rage\"]"]);
    let message = check_classes(&study, &study.spec().datasets[0], &LabelSet::aff_wild2()).unwrap_err();
    assert!(message.to_string().contains("analysis.pair \"rage\""), "{message}");
    let study = support::study(&[&format!("arm.2.cost={{ kind = \"wasserstein\", {MEAN} }}")]);
    check_classes(&study, &study.spec().datasets[0], &LabelSet::aff_wild2()).unwrap();
}

#[test]
fn clouds_and_wheels_have_their_kinds() {
    for (kind, expected) in [
        ("mahalanobis", CostMatrix::mahalanobis(&clouds())),
        ("bhattacharyya", CostMatrix::bhattacharyya(&clouds())),
        ("wasserstein", CostMatrix::wasserstein(&clouds())),
    ] {
        let expected = expected.unwrap();
        same(&cost(&format!("{{ kind = \"{kind}\", {MEAN} }}")), &mean_one(&expected));
        let concave = cost(&format!(
            "{{ kind = \"{kind}\", shape = {{ kind = \"concave\", scale = 1.0 }}, normalisation = \"none\" }}"
        ));
        same(&concave, &expected.concave(1.0).unwrap());
    }
    let wheel = "kind = \"wheel\", order = [\"happiness\", \"surprise\", \"fear\", \"anger\", \"disgust\", \"sadness\", \
                 \"neutral\", \"other\"], positive = [\"happiness\", \"surprise\", \"neutral\"]";
    let got = cost(&format!("{{ {wheel}, normalisation = \"none\" }}"));
    let set = LabelSet::aff_wild2();
    let at = |class: &str| set.parse_class(class).unwrap().get();
    for (a, b, expected) in [
        ("happiness", "surprise", 1.0),
        ("happiness", "other", 4.0),
        ("anger", "fear", 1.0),
        ("anger", "neutral", 6.0),
    ] {
        assert!((got.get(at(a), at(b)) - expected).abs() < 1e-12, "{a} {b}");
    }
    let message = refused(&format!("{{ {}, {MEAN} }}", wheel.replace("\"other\"", "\"contempt\"")));
    assert!(message.contains("class on the wheel \"contempt\"; expected neutral, anger"), "{message}");
    let message = refused(&format!("{{ {}, {MEAN} }}", wheel.replace(", \"other\"", "")));
    assert!(message.contains("no cost matrix: wheel 0: expected length 8, got 7"), "{message}");
}

#[test]
fn a_file_is_read_by_class_names() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(config()).unwrap();
    let worlds = config().parent().unwrap().join("../../../../configs/worlds");
    let text = text.replace("../../../../configs/worlds", worlds.to_str().unwrap());
    std::fs::write(folder.path().join("study.toml"), text).unwrap();
    let set = LabelSet::aff_wild2();
    let (mut names, n) = (set.classes().to_vec(), set.len());
    names.reverse();
    let rows: Vec<Vec<f64>> =
        (0..n).map(|i| (0..n).map(|j| if i == j { 0.0 } else { (i * n + j) as f64 }).collect()).collect();
    let write = |names: &[String], rows: &[Vec<f64>]| {
        let text = format!("classes = {names:?}\nrows = {rows:?}\n");
        std::fs::write(folder.path().join("cost.toml"), text).unwrap();
    };
    let load = || {
        let overrides =
            ["arm.2.cost={ kind = \"file\", file = \"cost.toml\", normalisation = \"none\" }".to_owned()];
        let study = Study::load(&folder.path().join("study.toml"), None, &overrides)?;
        let data: Vec<_> = study.spec().datasets.iter().map(|d| prepared(&d.name)).collect();
        plan_study(&study, &data, &context())
    };
    assert!(load().unwrap_err().to_string().contains("arm.2.cost.file"), "there is no file yet");
    write(&names, &rows);
    let run = load().unwrap().runs.into_iter().find(|run| run.arm == "circumplex").unwrap();
    let got = run.cost.unwrap();
    for i in 0..n {
        for j in 0..n {
            assert!(
                (got[i][j] - rows[n - 1 - i][n - 1 - j]).abs() < 1e-12,
                "the file lists the classes backwards"
            );
        }
    }
    for (names, rows, expected) in [
        (names[1..].to_vec(), rows.clone(), "7 classes; expected each class of aff-wild2 once"),
        ([&names[1..], &names[1..2]].concat(), rows.clone(), "no class other; expected each class"),
        (names.clone(), rows[1..].to_vec(), "cost row 0: expected length 7, got 8"),
        (names.clone(), vec![vec![-1.0; n]; n], "cost[0][0]: expected a finite value >= 0, got -1"),
    ] {
        write(&names, &rows);
        let message = load().unwrap_err().to_string();
        assert!(message.contains(expected) && message.contains("cost.toml"), "{message}");
    }
    std::fs::write(folder.path().join("cost.toml"), "classes = 3").unwrap();
    assert!(matches!(load(), Err(StudyError::CostFile { .. })));
}

#[test]
fn costs_that_cannot_be_are_refused_by_key() {
    for (toml, expected) in [
        (
            "kind = \"circumplex\", table = \"nrc\"",
            "arm.2.cost.table is \"nrc\"; expected affectnet-val, nrc-vad",
        ),
        ("kind = \"circumplex\", shape = { kind = \"power\", r = 0.0 }", "arm.2.cost.shape.r is 0.0"),
        ("kind = \"circumplex\", fallback = \"empirical\"", "arm.2.cost.fallback is \"empirical\""),
        ("kind = \"permuted\", shape = { kind = \"concave\", scale = nan }", "arm.2.cost.shape.scale is NaN"),
        ("kind = \"mixture\", a = 1.5, source = { kind = \"empirical\" }", "arm.2.cost.a is 1.5"),
        (
            "kind = \"au\", source = { kind = \"table\", table = \"ekman\" }",
            "arm.2.cost.source.table is \"ekman\"",
        ),
        (
            "kind = \"wheel\", order = [\"fear\", \"fear\"], positive = [\"joy\"]",
            "arm.2.cost.positive is \"joy\"",
        ),
        ("kind = \"file\", file = \"none.toml\"", "arm.2.cost.file is \"none.toml\""),
        ("kind = \"wasserstein\", shape = { kind = \"power\", r = 2.0, s = 1 }", "unknown field `s`"),
        ("kind = \"mahalanobis\", surplus = 1", "unknown field `surplus`"),
    ] {
        let message = refused(&format!("{{ {toml}, {MEAN} }}"));
        assert!(message.contains(expected), "{message}");
    }
}

fn row(split: Split, class: usize, va: Option<[f64; 2]>, aus: [Option<bool>; 2]) -> ManifestRow {
    ManifestRow {
        sample: SampleId::new("s").unwrap(),
        path: String::new(),
        subject: SubjectId::new("p").unwrap(),
        video: None,
        frame: None,
        split,
        expression: LabelSet::aff_wild2().class_at(class),
        va: va.map(|[valence, arousal]| VaPoint::new(valence, arousal).unwrap()),
        aus: aus.to_vec(),
        distribution: None,
        posterior: None,
        clean_expression: None,
    }
}

fn summary(rows: Vec<ManifestRow>) -> Prepared {
    let label_set = LabelSet::new("two", vec!["a".to_owned(), "b".to_owned()]).unwrap();
    let manifest = Manifest { dataset: "d".to_owned(), label_set, aus: vec![1, 2], rows };
    Prepared::of(&manifest, Digest::of_bytes(b"i"), Digest::of_bytes(b"d"), false)
}

#[test]
fn check_6_prototypes_clouds_and_rates_come_from_the_training_split_only() {
    let (yes, no) = (Some(true), Some(false));
    let train = vec![
        row(Split::Train, 0, Some([0.5, 0.25]), [yes, None]),
        row(Split::Train, 0, Some([-0.5, 0.75]), [no, None]),
        row(Split::Train, 0, None, [yes, yes]),
        row(Split::Train, 1, None, [None, None]),
    ];
    let summarised = summary(train.clone());
    let cloud = summarised.class_clouds[0].unwrap();
    assert_eq!((cloud.mean(), cloud.covariance()), ([0.0, 0.5], [0.25, -0.125, 0.0625]));
    assert_eq!(summarised.au_rates, [[Some(2.0 / 3.0), Some(1.0)], [None, None]]);
    assert_eq!(summarised.class_clouds[1], None, "a class without labels has no place");
    let mut all = train;
    for split in [Split::Valid, Split::Test] {
        all.push(row(split, 0, Some([1.0, -1.0]), [yes, no]));
        all.push(row(split, 1, Some([1.0, -1.0]), [yes, no]));
    }
    let with_more = summary(all);
    assert_eq!(with_more.class_clouds, summarised.class_clouds);
    assert_eq!(with_more.au_rates, summarised.au_rates);
    assert_ne!(with_more.class_counts, summarised.class_counts);
}

#[test]
fn check_6_prototypes_are_frozen_hashed_and_the_same_for_all_arms() {
    let study = support::study(&[]);
    let plan = |shift: f64| {
        let mut data: Vec<_> = study.spec().datasets.iter().map(|d| prepared(&d.name)).collect();
        for dataset in &mut data {
            let cloud = ClassCloud::new([0.8 - shift, 0.5], [0.04, 0.01, 0.02]).unwrap();
            dataset.prepared.class_clouds[4] = Some(cloud);
        }
        plan_study(&study, &data, &context()).unwrap()
    };
    let (before, after) = (plan(0.0), plan(0.1));
    // One table per dataset, written into the plan: whatever the arm, its predictions are scored with it.
    for dataset in &before.plan.datasets {
        assert_eq!(dataset.prototypes.len(), dataset.label_set.len());
        assert_eq!(dataset.prototypes[4], [0.8, 0.5]);
    }
    // The coordinates decide the id of every run whose cost is made of them, and of no other.
    for (a, b) in before.runs.iter().zip(&after.runs) {
        assert_eq!((&a.arm, a.seed), (&b.arm, b.seed));
        assert_eq!(a.id != b.id, matches!(a.arm.as_str(), "circumplex" | "permuted"), "{}", a.arm);
    }
}
