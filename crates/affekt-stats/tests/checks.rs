//! The checks a re-implementation of these tests should pass (numbers 5 and 8 of the method notes).
//!
//! That every shared vector is met, to 1e-12 or 1e-10, is `shared_vectors.rs`.

use affekt_core::Seed;
use affekt_stats::{Alternative, Differences, PAIRED_TESTS, StatsError, sign_flip};

#[test]
fn check_5_all_zero_differences_and_a_single_pair_return_p_one() {
    for values in [vec![0.0; 6], vec![0.0], vec![0.37], vec![-0.37]] {
        let d = Differences::new(values.clone()).unwrap();
        for test in PAIRED_TESTS {
            match test.test(&d, Alternative::TwoSided) {
                Ok(outcome) => {
                    assert!((outcome.p_value - 1.0).abs() < f64::EPSILON, "{} {values:?}", test.name());
                }
                // One pair has no variance, so Student's test has no statistic there. It says so.
                Err(error) => assert!(
                    test.name() == "paired_t" && matches!(error, StatsError::TooFew { n: 1, .. }),
                    "{} {values:?}: {error}",
                    test.name()
                ),
            }
        }
    }
}

#[test]
fn check_8_under_the_null_the_sign_flip_p_is_uniform_on_its_grid() {
    const SEEDS: usize = 6;
    const STUDIES: u64 = 6400;
    // Two arms that are one configuration: what a seed adds to both cancels, what is left is symmetric about 0.
    let mut counts = [0_u64; 32];
    for study in 0..STUDIES {
        let mut stream = Seed(8).stream("null-study", &[study]);
        let score = |stream: &mut affekt_core::Stream, seed: f64| 0.4 + seed + 0.01 * stream.normal();
        let (mut a, mut b) = (Vec::new(), Vec::new());
        for _ in 0..SEEDS {
            let seed = 0.05 * stream.normal();
            a.push(score(&mut stream, seed));
            b.push(score(&mut stream, seed));
        }
        let p = sign_flip(&Differences::paired(&a, &b).unwrap(), Alternative::TwoSided).unwrap().p_value();
        // Attainable values are 1/32, 2/32, ..., 1.
        let step = (32.0 * p).round();
        assert!((32.0 * p - step).abs() < 1e-12 && (1.0..=32.0).contains(&step), "{p}");
        counts[(1..=32_u32).position(|k| (f64::from(k) - step).abs() < 0.5).unwrap()] += 1;
    }
    let expected = STUDIES as f64 / 32.0;
    let chi_squared: f64 = counts.iter().map(|&n| (n as f64 - expected).powi(2) / expected).sum();
    // 61.1 is the 0.999 quantile of chi-squared with 31 degrees of freedom.
    assert!(chi_squared < 61.1, "{chi_squared} of {counts:?}");
    // The test that is quoted: rejections at 0.05 happen at 1/32 only.
    let rejected = counts[0] as f64 / STUDIES as f64;
    assert!((rejected - 1.0 / 32.0).abs() < 0.01, "{rejected}");
}
