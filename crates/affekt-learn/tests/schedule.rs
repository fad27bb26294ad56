//! The schedule's shape.

use affekt_learn::{CosineSchedule, Schedule};

#[test]
fn cosine_warms_up_peaks_and_falls_to_the_final_fraction() {
    let schedule = CosineSchedule::new(4.0, 104, 0.1).unwrap();
    assert!((schedule.factor(0) - 0.2).abs() < 1e-12);
    assert!((schedule.factor(4) - 1.0).abs() < 1e-12);
    assert!((schedule.factor(54) - 0.55).abs() < 1e-12);
    assert!((schedule.factor(104) - 0.1).abs() < 1e-12);
    assert!((schedule.factor(1000) - 0.1).abs() < 1e-12);
    assert!((1..104).all(|t| t <= 4 || schedule.factor(t) < schedule.factor(t - 1)));
}

#[test]
fn nonsense_is_refused() {
    assert!(CosineSchedule::new(10.0, 10, 0.0).is_err());
    assert!(CosineSchedule::new(f64::NAN, 10, 0.0).is_err());
    assert!(CosineSchedule::new(0.0, 10, 1.5).is_err());
}
