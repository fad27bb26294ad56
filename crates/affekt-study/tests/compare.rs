//! Tables that anybody may have written.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]
#![allow(clippy::float_cmp, reason = "exact p-values and copied numbers have exact values")]

use affekt_stats::{Correction, PowerBasis, Role};
use affekt_study::{
    CompareError, CompareRequest, Comparison, RowProblem, TableError, TextTable, compare, rank_arms,
};

/// A long table of one metric: arms with their values on seeds 0, 1, ...
fn long(arms: &[(&str, &[f64])]) -> TextTable {
    let mut text = String::from("arm,seed,metric,value\n");
    for (arm, values) in arms {
        for (seed, value) in values.iter().enumerate() {
            text += &[*arm, &seed.to_string(), "macro_f1", &value.to_string()].join(",");
            text.push('\n');
        }
    }
    TextTable::parse(text.as_bytes()).unwrap()
}

fn request() -> CompareRequest {
    CompareRequest { margin: Some(0.02), ..CompareRequest::against("c") }
}

fn problems(text: &str) -> Vec<String> {
    let table = TextTable::parse(text.as_bytes()).unwrap();
    match compare(&table, &request()) {
        Err(CompareError::Rows { problems }) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("expected rows, got {other:?}"),
    }
}

const T: &[f64] = &[0.5, 0.6, 0.7, 0.5, 0.6, 0.7];
const C: &[f64] = &[0.4, 0.48, 0.59, 0.41, 0.47, 0.58];

#[test]
fn six_agreeing_seeds() {
    let found = compare(&long(&[("t", T), ("c", C)]), &request()).unwrap();
    assert_eq!(found[0].summary.sign_flip_p, 0.03125);
    assert_eq!((found[0].p_value, found[0].adjusted_p, found[0].family_size), (0.03125, 0.03125, 1));
    assert!(found[0].sentence.contains("a difference at level 0.05"), "{}", found[0].sentence);
    assert!(found[0].sentence.contains("96.9 % interval"), "{}", found[0].sentence);
    assert!(found[0].posterior.is_some_and(|p| p.right > 0.95));
    assert!(found[0].power.detectable_dz.is_some_and(|dz| (dz - 1.793).abs() < 1e-3));
}

#[test]
fn two_seeds_cannot_show_a_difference() {
    let found = compare(&long(&[("t", &[0.5, 0.6]), ("c", &[0.4, 0.4])]), &request()).unwrap();
    assert!(found[0].sentence.contains("no p below 0.5 is attainable"), "{}", found[0].sentence);
    assert_eq!((found[0].power.basis, found[0].power.detectable_dz), (PowerBasis::ClosedForm, None));
}

#[test]
fn a_family_is_corrected_and_the_primary_contrast_is_not() {
    let other: Vec<f64> = C.iter().map(|x| x + 0.03).collect();
    let table = long(&[("t", T), ("c", C), ("u", &other)]);
    let family = compare(&table, &request()).unwrap();
    assert_eq!(
        (family.len(), family[0].adjusted_p, family[0].attainable_adjusted_p),
        (2, 0.0625, Some(0.0625))
    );
    assert!(family[0].sentence.contains("in a family of 2 no p below 0.0625"), "{}", family[0].sentence);
    assert!(family[0].sentence.contains("You need 7 seeds") || family[0].sentence.contains("8 seeds"));
    let primary = Some(("t".to_owned(), "macro_f1".to_owned()));
    let found = compare(&table, &CompareRequest { primary, ..request() }).unwrap();
    assert_eq!((found[0].role, found[0].adjusted_p), (Role::Primary, 0.03125));
    assert_eq!((found[1].role, found[1].family_size), (Role::Family, 1));
    assert!(found[0].sentence.contains("declared primary"));
    let none = CompareRequest { correction: Correction::BenjaminiHochberg, ..request() };
    assert_eq!(compare(&table, &none).unwrap()[0].adjusted_p, 0.03125);
    let wrong = CompareRequest { primary: Some(("x".to_owned(), "macro_f1".to_owned())), ..request() };
    assert!(matches!(compare(&table, &wrong), Err(CompareError::Unknown { .. })));
}

#[test]
fn a_declared_effect_is_what_power_is_for() {
    let table = long(&[("t", T), ("c", C)]);
    let found = compare(&table, &CompareRequest { effect: Some(0.01), ..request() }).unwrap();
    let dz = 0.01 / found[0].summary.sd.unwrap();
    assert!(found[0].power.declared && found[0].power.dz.is_some_and(|got| (got - dz).abs() < 1e-12));
}

#[test]
fn every_hole_is_named_by_its_line() {
    let head = "arm,seed,metric,value\n";
    let found = problems(&format!("{head}t,0,f,0.5\nt,1,f,0.6\nt,1,f,0.6\nc,0,f,\nc,1,f,NaN\n"));
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], "lines 3 and 4 both hold f of t, seed 1: keep one");
    assert!(found[1].starts_with("line 5: f of c, seed 0 is undefined (empty)"), "{found:?}");
    assert!(found[2].starts_with("line 6: f of c, seed 1 is undefined (NaN)"), "{found:?}");
    let found = problems(&format!("{head}t,0,f,0.5\nt,3,f,0.6\nc,0,f,1\nc,7,f,1\nc,9,f,1\n"));
    assert_eq!(found[0], "f: c has no row for seed 3; t has (line 3)");
    assert_eq!(found[1], "f: t has no row for seed 7, 9; c has (lines 5, 6)");
    let found = problems(&format!("{head}t,0,f,\"0,5\"\nc,0,f,inf\n"));
    assert!(found[0].contains("\"0,5\"; expected a number with a decimal point"), "{found:?}");
    assert!(found[1].contains("undefined (inf)"), "{found:?}");
    let expected = CompareRequest { expected_pairs: Some(6), ..request() };
    let error = compare(&long(&[("t", &T[..5]), ("c", &C[..5])]), &expected).unwrap_err();
    let CompareError::Rows { problems } = error else { panic!("{error}") };
    assert!(matches!(problems[0], RowProblem::Count { got: 5, expected: 6, .. }));
    // Rows of arms that are not compared may be what they like.
    let table = format!("{head}t,0,f,0.5\nc,0,f,0.4\nx,0,f,broken\n");
    let only = CompareRequest { treatments: vec!["t".to_owned()], ..request() };
    assert_eq!(compare(&TextTable::parse(table.as_bytes()).unwrap(), &only).unwrap().len(), 1);
}

#[test]
fn unknown_names_list_the_known_ones() {
    let table = long(&[("t", &[0.5]), ("c", &[0.4])]);
    let ask = |change: &dyn Fn(&mut CompareRequest)| {
        let mut request = request();
        change(&mut request);
        compare(&table, &request).unwrap_err().to_string()
    };
    let error = ask(&|r| r.metrics = vec!["macro".to_owned()]);
    assert_eq!(error, "no row of metric \"macro\"; the table has macro_f1");
    assert_eq!(ask(&|r| r.control = "e".to_owned()), "no row of arm \"e\"; the table has c, t");
    let error = ask(&|r| r.filters = vec![("metric".to_owned(), "x".to_owned())]);
    assert_eq!(error, "no row of metric \"x\"; the table has macro_f1");
    let error = ask(&|r| r.columns.pair = "fold".to_owned());
    assert!(error.contains("\"fold\"") && error.contains("--pair-column"), "{error}");
    let error = ask(&|r| r.columns.arm = "model".to_owned());
    assert!(
        error.contains("\"model\"") && error.contains("the table has arm, seed, metric, value"),
        "{error}"
    );
}

#[test]
fn wide_tables_are_the_long_one() {
    let long = compare(&long(&[("t", T), ("c", C)]), &request()).unwrap();
    let rows = |cells: &dyn Fn(usize) -> String| (0..6).map(|i| cells(i) + "\n").collect::<String>();
    let arms = format!("seed,c,t\n{}", rows(&|i| format!("{i},{},{}", C[i], T[i])));
    let metrics = format!(
        "arm,seed,acc,macro_f1\n{}{}",
        rows(&|i| format!("t,{i},0.1,{}", T[i])),
        rows(&|i| format!("c,{i},0.1,{}", C[i]))
    );
    let metric = vec!["macro_f1".to_owned()];
    for text in [arms, metrics] {
        let table = TextTable::parse(text.as_bytes()).unwrap();
        let request = CompareRequest { metrics: metric.clone(), ..request() };
        assert_eq!(compare(&table, &request).unwrap(), long, "{text}");
    }
}

#[test]
fn seeds_come_in_their_own_order() {
    let mut text = String::from("seed,c,t\n");
    for seed in ["10", "9", "b", "100", "a"] {
        text += seed;
        text += ",0.1,0.2\n";
    }
    let table = TextTable::parse(text.as_bytes()).unwrap();
    let found: Vec<Comparison> = compare(&table, &request()).unwrap();
    let order: Vec<&str> = found[0].pairs.iter().map(|pair| pair.pair.as_str()).collect();
    assert_eq!(order, ["9", "10", "100", "a", "b"]);
}

#[test]
fn other_separators_are_refused_with_a_way_out() {
    for (text, comma) in [
        ("\"arm\";\"seed\";\"value\"\n\"t\";0;0,51\n", true),
        ("arm;seed;value\nt;0;0.51\n", false),
        ("arm\tseed\tvalue\nt\t0\t0.51\n", false),
    ] {
        let error = TextTable::parse(text.as_bytes()).unwrap_err();
        let TableError::Separator { decimal_comma, .. } = &error else { panic!("{error}") };
        assert_eq!(*decimal_comma, comma, "{text}");
        assert!(
            error.to_string().contains("write.csv") && error.to_string().contains("decimal=\".\""),
            "{error}"
        );
    }
    let width = TextTable::parse(b"arm,seed,value\nt,0,0,51\n").unwrap_err();
    assert!(matches!(width, TableError::Width { line: 2, expected: 3, got: 4 }), "{width}");
    assert!(matches!(TextTable::parse(b"arm,arm\n1,2\n"), Err(TableError::DuplicateColumn { .. })));
    assert!(matches!(TextTable::parse(b""), Err(TableError::Empty { what: "header" })));
    assert!(matches!(TextTable::parse(b"arm,seed\n"), Err(TableError::Empty { what: "row" })));
    assert!(matches!(TextTable::parse(b"\xff\xfea\0r\0m\0"), Err(TableError::NotUtf8)));
}

#[test]
fn arms_are_ranked_best_first() {
    let worse: Vec<f64> = C.iter().map(|x| x - 0.2).collect();
    let table = long(&[("t", T), ("c", C), ("u", &worse)]);
    let higher = &rank_arms(&table, &request(), &|_| false).unwrap()[0];
    let names = |ranking: &affekt_study::Ranking| -> Vec<String> {
        ranking.arms.iter().map(|arm| arm.arm.clone()).collect()
    };
    assert_eq!(names(higher), ["t", "c", "u"]);
    assert_eq!((higher.arms[0].average_rank, higher.friedman.chi_squared), (1.0, 12.0));
    // All six seeds agree on one of six orders.
    assert!((higher.friedman.p_value - 6.0_f64.powi(-5)).abs() < 1e-15);
    assert!(
        higher.sentence.contains("t before u") && !higher.sentence.contains("t before c"),
        "{}",
        higher.sentence
    );
    let lower = &rank_arms(&table, &request(), &|_| true).unwrap()[0];
    assert_eq!(names(lower), ["u", "c", "t"]);
    let two = long(&[("t", T), ("c", C)]);
    assert!(matches!(rank_arms(&two, &request(), &|_| false), Err(CompareError::Statistics { .. })));
}

#[test]
fn nothing_that_is_no_table_panics() {
    let text = b"arm,seed,metric,value\nt,0,m,0.5\nc,0,m,0.4\n";
    let mut stream = affekt_core::Seed(1).stream("damage", &[]);
    let request = CompareRequest::against("c");
    for _ in 0..2000 {
        let mut bytes = text.to_vec();
        for _ in 0..=stream.below(4) {
            let at = usize::try_from(stream.below(bytes.len() as u64)).unwrap();
            match stream.below(3) {
                0 => bytes[at] = b",;\"\n\r\0\xff9.-eN"[usize::try_from(stream.below(12)).unwrap()],
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b",\"\n1"[usize::try_from(stream.below(4)).unwrap()]),
            }
        }
        if let Ok(table) = TextTable::parse(&bytes) {
            let _ = compare(&table, &request);
        }
    }
}
