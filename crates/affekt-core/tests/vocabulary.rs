//! The checked types refuse what they must and round-trip through serde.

use affekt_core::{LabelDistribution, LabelSet, SampleId, Split, VaPoint};
use proptest::prelude::*;

#[test]
fn label_orders_are_the_published_ones() {
    let names = |set: LabelSet| set.classes().join(" ");
    assert_eq!(names(LabelSet::aff_wild2()), "neutral anger disgust fear happiness sadness surprise other");
    assert_eq!(
        names(LabelSet::affectnet8()),
        "neutral happiness sadness surprise fear disgust anger contempt"
    );
}

#[test]
fn label_sets_refuse_bad_names() {
    let set = |classes: &[&str]| LabelSet::new("x", classes.iter().map(|&c| c.to_owned()).collect());
    assert!(set(&["a"]).is_err());
    assert!(set(&["a", "a"]).is_err());
    assert!(set(&["a", "B"]).is_err());
    assert!(set(&["a", ""]).is_err());
    assert!(serde_json::from_str::<LabelSet>(r#"{"name":"x","classes":["a","a"]}"#).is_err());
}

#[test]
fn splits_and_ids_parse() {
    assert_eq!("valid".parse::<Split>().unwrap(), Split::Valid);
    assert!("val".parse::<Split>().is_err());
    assert!(SampleId::new("").is_err());
    assert!(SampleId::new("a\nb").is_err());
    assert!(VaPoint::new(f64::NAN, 0.0).is_err());
}

proptest! {
    #[test]
    fn va_points_hold_their_range(v in -2.0..2.0_f64, a in -2.0..2.0_f64) {
        let inside = v.abs() <= 1.0 && a.abs() <= 1.0;
        prop_assert_eq!(VaPoint::new(v, a).is_ok(), inside);
    }

    #[test]
    fn distributions_are_checked(raw in proptest::collection::vec(0.01..1.0_f64, 2..9)) {
        let total: f64 = raw.iter().sum();
        let normed: Vec<f64> = raw.iter().map(|x| x / total).collect();
        prop_assert!(LabelDistribution::new(normed.clone()).is_ok());
        let mut off = normed;
        off[0] += 0.1;
        prop_assert!(LabelDistribution::new(off).is_err());
    }
}
