//! The strengths of the twelve action units, by name.

use super::narrow;

/// Strength of each action unit, 0 when absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Units {
    /// Inner brow raiser.
    pub(super) au1: f32,
    /// Outer brow raiser.
    pub(super) au2: f32,
    /// Brow lowerer.
    pub(super) au4: f32,
    /// Cheek raiser.
    pub(super) au6: f32,
    /// Lid tightener.
    pub(super) au7: f32,
    /// Upper lip raiser.
    pub(super) au10: f32,
    /// Lip corner puller.
    pub(super) au12: f32,
    /// Lip corner depressor.
    pub(super) au15: f32,
    /// Lip tightener.
    pub(super) au23: f32,
    /// Lip pressor.
    pub(super) au24: f32,
    /// Lips part.
    pub(super) au25: f32,
    /// Jaw drop.
    pub(super) au26: f32,
}

impl Units {
    pub(super) fn of(levels: &[(u8, f64)]) -> Self {
        let mut units = Self::default();
        for &(au, level) in levels {
            let slot = match au {
                1 => &mut units.au1,
                2 => &mut units.au2,
                4 => &mut units.au4,
                6 => &mut units.au6,
                7 => &mut units.au7,
                10 => &mut units.au10,
                12 => &mut units.au12,
                15 => &mut units.au15,
                23 => &mut units.au23,
                24 => &mut units.au24,
                25 => &mut units.au25,
                26 => &mut units.au26,
                _ => continue,
            };
            *slot = narrow(level);
        }
        units
    }
}
