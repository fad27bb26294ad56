//! Every action unit is a cue of its own at 64 pixels.

use affekt_core::{Seed, Split};
use affekt_worlds::World;

const SEPARABLE: &str = include_str!("../../../configs/worlds/separable.toml");
const SIZE: usize = 64;
const BLOCK: usize = 8;

/// The separable world with every face showing exactly these AUs.
fn showing(present: &[usize]) -> World {
    let row: Vec<&str> = (0..12).map(|j| if present.contains(&j) { "1.0" } else { "0.0" }).collect();
    let au = format!("au = [{}]", row.join(", "));
    let text = World::from_toml(SEPARABLE).expect("a built-in world").canonical_toml();
    let lines: Vec<&str> =
        text.lines().map(|l| if l.starts_with("au = ") { au.as_str() } else { l }).collect();
    World::from_toml(&lines.join("\n")).expect("only the tables changed")
}

fn face(world: &World, index: u64) -> Vec<u8> {
    world.render(&world.draw(Seed(9), Split::Train, index), 64).expect("64 pixels are allowed")
}

/// Largest mean absolute difference, in grey levels, over blocks of 8 x 8 pixels.
fn strongest_block(a: &[u8], b: &[u8]) -> f64 {
    let mut sums = [0.0_f64; (SIZE / BLOCK) * (SIZE / BLOCK)];
    for (i, (a, b)) in a.chunks_exact(3).zip(b.chunks_exact(3)).enumerate() {
        let difference: i32 = a.iter().zip(b).map(|(&a, &b)| i32::from(a.abs_diff(b))).sum();
        sums[i / SIZE / BLOCK * (SIZE / BLOCK) + i % SIZE / BLOCK] += f64::from(difference) / 3.0;
    }
    sums.into_iter().map(|s| s / 64.0).fold(0.0, |top, s| if s > top { s } else { top })
}

/// Mean over people of the strongest block's difference between two expressions.
fn contrast(a: &World, b: &World) -> f64 {
    (0..8).map(|i| strongest_block(&face(a, 8 * i), &face(b, 8 * i))).sum::<f64>() / 8.0
}

#[test]
fn each_unit_stands_out_from_rest_and_from_every_other() {
    let rest = showing(&[]);
    let alone: Vec<World> = (0..12).map(|j| showing(&[j])).collect();
    for (j, unit) in alone.iter().enumerate() {
        let au = rest.aus()[j];
        let seen = contrast(&rest, unit);
        // Grain moves the mean of a block by less than half a level.
        assert!(seen > 6.0, "AU{au} against rest: {seen:.1}");
        for (k, other) in alone.iter().enumerate().skip(j + 1) {
            let seen = contrast(unit, other);
            assert!(seen > 6.0, "AU{au} against AU{}: {seen:.1}", rest.aus()[k]);
        }
    }
}

#[test]
fn pressed_or_tight_lips_still_show_when_the_mouth_is_open() {
    // Positions 8 to 11 are AU23, AU24, AU25, AU26.
    for open in [vec![10], vec![11], vec![10, 11]] {
        for lips in [8, 9] {
            let with: Vec<usize> = open.iter().copied().chain([lips]).collect();
            let seen = contrast(&showing(&open), &showing(&with));
            assert!(seen > 6.0, "{with:?}: {seen:.1}");
        }
        let with_both = contrast(&showing(&[8, 9]), &showing(&[&open[..], &[8, 9]].concat()));
        assert!(with_both > 6.0, "opening under pressed lips: {with_both:.1}");
    }
}
