//! Published counts of the descriptions.

use affekt_core::Split;
use affekt_data::{Dataset, PublishedCounts};

use super::miniature::{assert_swaps_are_told, manifest};

fn part(name: &str, split: Option<Split>) -> PublishedCounts {
    let dataset = Dataset::parse(&manifest(name).to_string()).unwrap();
    dataset.spec().published.as_ref().unwrap().part(split).clone()
}

fn classes(name: &str, split: Option<Split>) -> u64 {
    part(name, split).classes.values().sum()
}

#[test]
fn classes_sum_to_the_published_totals() {
    assert_eq!(classes("aff-wild2-expr", Some(Split::Train)), 585_317);
    assert_eq!(classes("aff-wild2-expr", Some(Split::Valid)), 280_532);
    assert_eq!(classes("aff-wild2-mtl", Some(Split::Train)), 90_645);
    assert_eq!(classes("aff-wild2-mtl", Some(Split::Valid)), 15_440);
    assert_eq!(classes("aff-wild2-tracks", None), 585_317 + 280_532);
}

#[test]
fn the_joined_tracks_have_the_frames_of_each() {
    let all = part("aff-wild2-tracks", None);
    let sum = |name, of: fn(&PublishedCounts) -> Option<u64>| {
        [Split::Train, Split::Valid]
            .into_iter()
            .map(|split| of(&part(name, Some(split))).unwrap())
            .sum::<u64>()
    };
    assert_eq!(all.va, Some(sum("aff-wild2-va", |counts| counts.va)));
    assert_eq!(all.au, Some(sum("aff-wild2-au", |counts| counts.au)));
    // Coded frames of training with and without a face.
    let train = part("aff-wild2-au", Some(Split::Train));
    assert_eq!(train.au.unwrap() + train.without_face.unwrap(), 1_359_523);
}

#[test]
fn any_two_exchanged_classes_are_told_by_the_published_counts() {
    assert_swaps_are_told("aff-wild2-expr");
    assert_swaps_are_told("aff-wild2-mtl");
    assert_swaps_are_told("aff-wild2-mtl-2022");
}

#[test]
fn every_description_is_accepted() {
    for name in ["va", "expr", "au", "2021-expr", "tracks", "mtl", "mtl-2022"] {
        let dataset = Dataset::parse(&manifest(&format!("aff-wild2-{name}")).to_string()).unwrap();
        assert_eq!(dataset.spec().name, format!("aff-wild2-{name}"));
    }
}
