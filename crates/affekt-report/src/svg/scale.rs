//! Linear axes with round ticks.

use super::{Align, Svg};

/// A linear map from data to user units.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Maps `[low, high]` to `[from, to]`; an empty interval is widened about its centre.
    pub(crate) fn new([low, high]: [f64; 2], [from, to]: [f64; 2]) -> Self {
        if high - low > 1e-12 {
            return Self { low, high, from, to };
        }
        Self { low: low - 0.05, high: low + 0.05, from, to }
    }

    /// An axis that holds all values with some room at either end.
    pub(crate) fn around(values: impl IntoIterator<Item = f64>, range: [f64; 2]) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for value in values {
            low = if value < low { value } else { low };
            high = if value > high { value } else { high };
        }
        if low > high {
            return Self::new([0.0, 1.0], range);
        }
        let room = if high - low > 1e-12 { 0.06 * (high - low) } else { 0.02 };
        Self::new([low - room, high + room], range)
    }

    /// The coordinate of a value.
    pub(crate) fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// The coordinate of a value, kept within the axis.
    pub(crate) fn clamped(&self, value: f64) -> f64 {
        self.at(value.clamp(self.low, self.high))
    }

    /// Round positions, about `wanted` of them, with the decimals they need.
    pub(crate) fn ticks(&self, wanted: u32) -> (Vec<f64>, usize) {
        let raw = (self.high - self.low) / f64::from(wanted);
        let magnitude = raw.log10().floor();
        let power = 10_f64.powf(magnitude);
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= raw * 0.999);
        let step = step.unwrap_or(power * 10.0);
        let decimals = (0..9_u8).find(|d| {
            let scaled = step * 10_f64.powi(i32::from(*d));
            (scaled - scaled.round()).abs() < 1e-6 * scaled
        });
        let first = (self.low / step - 1e-9).ceil();
        let ticks = (0..64_u8)
            .map(|k| (first + f64::from(k)) * step)
            .take_while(|t| *t <= self.high + 1e-9 * step)
            .collect();
        (ticks, usize::from(decimals.unwrap_or(9)))
    }

    /// Draws a horizontal axis at `y` with grid lines up to `top`.
    pub(crate) fn draw_horizontal(&self, svg: &mut Svg, y: f64, top: f64) {
        let (ticks, decimals) = self.ticks(4);
        for tick in ticks {
            let x = self.at(tick);
            svg.line("grid", [x, top], [x, y]);
            svg.text("tick", Align::Middle, [x, y + 12.0], &tick_label(tick, decimals));
        }
        svg.line("axis", [self.from, y], [self.to, y]);
    }

    /// Draws a vertical axis at `x` with grid lines to `right`.
    pub(crate) fn draw_vertical(&self, svg: &mut Svg, x: f64, right: f64, labelled: bool) {
        let (ticks, decimals) = self.ticks(4);
        for tick in ticks {
            let y = self.at(tick);
            svg.line("grid", [x, y], [right, y]);
            if labelled {
                svg.text("tick", Align::End, [x - 4.0, y + 3.5], &tick_label(tick, decimals));
            }
        }
        svg.line("axis", [x, self.from], [x, self.to]);
    }
}

fn tick_label(tick: f64, decimals: usize) -> String {
    crate::number::decimals(tick, decimals)
}

#[cfg(test)]
mod tests {
    use super::Scale;

    #[test]
    fn ticks_are_round_and_inside() {
        let (ticks, decimals) = Scale::new([0.113, 0.487], [0.0, 100.0]).ticks(4);
        assert_eq!(decimals, 1);
        assert_eq!(ticks.len(), 3);
        assert!(ticks.iter().all(|t| (0.113..=0.487).contains(t)));
    }

    #[test]
    fn a_single_value_still_has_an_axis() {
        let scale = Scale::around([0.3, 0.3], [0.0, 100.0]);
        assert!((scale.at(0.3) - 50.0).abs() < 1e-9);
        assert!(Scale::around([], [0.0, 1.0]).at(0.5).is_finite());
    }
}
