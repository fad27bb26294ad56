//! Linear axes with round ticks.

use super::{Align, Svg};

/// Interquartile ranges outside the quartiles beyond which a row is far: Tukey's outer fence.
const FAR: f64 = 3.0;
/// Fewest rows whose quartiles one far row does not reach.
const ROWS: usize = 5;

/// Sentence for captions of figures with a row left off the axis of [`Scale::around_most`].
pub(crate) const OFF_AXIS: &str = " A triangle at the edge is an arm off the axis, more than three interquartile ranges \
                                   outside the quartiles of the arms; its number is printed.";

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

    /// An axis that holds all rows but those far from the rest, where they would more than double it; and `always`.
    ///
    /// A row is its centre and whatever else it shows. It is far where its centre lies more than [`FAR`] interquartile
    /// ranges outside the quartiles of all centres; [`Self::beyond`] tells what is left off. Below [`ROWS`] rows the
    /// quartiles are those of the far row itself, and nothing is left off.
    pub(crate) fn around_most(rows: &[(f64, Vec<f64>)], always: &[f64], range: [f64; 2]) -> Self {
        let all =
            || rows.iter().flat_map(|(centre, rest)| rest.iter().chain([centre])).chain(always).copied();
        let mut centres: Vec<f64> = rows.iter().map(|(centre, _)| *centre).collect();
        centres.sort_by(f64::total_cmp);
        let whole = Self::around(all(), range);
        if centres.len() < ROWS {
            return whole;
        }
        let (lower, upper) = (quantile(&centres, 0.25), quantile(&centres, 0.75));
        let reach = FAR * (upper - lower);
        let fence = (lower - reach)..=(upper + reach);
        let near = rows.iter().filter(|(centre, _)| fence.contains(centre));
        let near = near.flat_map(|(centre, rest)| rest.iter().chain([centre])).chain(always).copied();
        let most = Self::around(near, range);
        // Equal rows have no spread to measure a distance by.
        if reach > 1e-12 && whole.high - whole.low > 2.0 * (most.high - most.low) { most } else { whole }
    }

    /// On which side a value lies off the axis: -1 below, 1 above, none where it lies on it.
    pub(crate) fn beyond(&self, value: f64) -> Option<f64> {
        // Rounding may put the end itself a bit outside.
        let slack = 1e-9 * (self.high - self.low);
        if value < self.low - slack {
            return Some(-1.0);
        }
        (value > self.high + slack).then_some(1.0)
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

/// Quantile of sorted numbers, linear between neighbours; there is at least one.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let mut at = share * (sorted.len() - 1) as f64;
    for pair in sorted.windows(2) {
        if at < 1.0 {
            return pair[0] + at * (pair[1] - pair[0]);
        }
        at -= 1.0;
    }
    sorted[sorted.len() - 1]
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
    fn a_row_far_from_the_rest_does_not_set_the_axis() {
        let row = |centre: f64| (centre, vec![centre - 0.01, centre + 0.01]);
        let near = [0.66, 0.67, 0.64, 0.68, 0.65].map(row);
        let with = |far: f64| [near.to_vec(), vec![row(far)]].concat();
        let side =
            |far: f64, always: &[f64]| Scale::around_most(&with(far), always, [0.0, 100.0]).beyond(far);
        assert_eq!(side(0.16, &[]), Some(-1.0));
        assert_eq!(side(0.95, &[]), Some(1.0));
        assert_eq!(side(0.62, &[]), None, "not far enough");
        assert_eq!(side(0.5, &[0.8]), None, "it costs the axis less than half");
        assert_eq!(side(0.16, &[0.1]), None, "the axis reaches there anyway");
        let scale = Scale::around_most(&with(0.16), &[0.79], [0.0, 100.0]);
        let shown = near.iter().flat_map(|(_, rest)| rest).chain(&[0.79]);
        assert!(shown.into_iter().all(|value| scale.beyond(*value).is_none()), "{scale:?}");
        let few = [vec![row(0.16)], near[..3].to_vec()].concat();
        assert_eq!(Scale::around_most(&few, &[], [0.0, 1.0]).beyond(0.16), None, "too few to tell");
        let equal = [vec![row(0.16)], vec![(0.6, Vec::new()); 6]].concat();
        assert_eq!(Scale::around_most(&equal, &[], [0.0, 1.0]).beyond(0.16), None, "no spread to tell by");
        assert!(Scale::around_most(&[], &[0.0], [0.0, 1.0]).at(0.0).is_finite());
    }

    #[test]
    fn a_single_value_still_has_an_axis() {
        let scale = Scale::around([0.3, 0.3], [0.0, 100.0]);
        assert!((scale.at(0.3) - 50.0).abs() < 1e-9);
        assert!(Scale::around([], [0.0, 1.0]).at(0.5).is_finite());
    }
}
