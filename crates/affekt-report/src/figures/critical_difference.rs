//! Critical-difference diagram: arms on an axis of mean ranks, those that do not differ joined by a bar.
//!
//! An arm has a row of its own, unlike in Demšar's drawing, where two names share a line: on a narrow page they would be cut.

use affekt_stats::DEFAULT_DRAWS;

use crate::number::{NumberKind, decimals};
use crate::svg::{Align, ArmStyle, Scale, Svg, WIDTH, draw_marker, ellipsis, text_width};
use crate::{Cell, DataTable, Figure};

/// Mean ranks of several arms with the difference that Nemenyi's test needs.
#[derive(Clone, Debug, PartialEq)]
pub struct CriticalDifference {
    /// Name of its file.
    pub id: String,
    /// Heading.
    pub title: String,
    /// Arms and mean ranks, best (smallest) first.
    pub arms: Vec<(String, f64)>,
    /// Difference of mean ranks beyond which two arms differ.
    pub critical_difference: f64,
    /// Level of that statement.
    pub alpha: f64,
    /// Number of blocks ranked.
    pub n: usize,
    /// p of Friedman's test.
    pub friedman_p: f64,
    /// Standard error of that p where permutations were drawn; none where all were counted.
    pub friedman_error: Option<f64>,
}

const ROW: f64 = 18.0;
const AXIS: f64 = 46.0;
/// Upper edge of the first row.
const TOP: f64 = AXIS + 8.0;
/// Room for the mean rank at the right.
const NUMBER: f64 = 46.0;
/// Widest step from bar to bar, and the room they have together.
const BAR: f64 = 7.0;
const BARS: f64 = 56.0;
/// Least distance of two ranks that are written on the axis.
const TICK: f64 = 14.0;

impl CriticalDifference {
    /// Largest groups of neighbours whose extremes differ by no more than the critical difference, as positions.
    fn groups(&self) -> Vec<(usize, usize)> {
        let mut groups: Vec<(usize, usize)> = Vec::new();
        for first in 0..self.arms.len() {
            let within = |arm: &&(String, f64)| arm.1 - self.arms[first].1 <= self.critical_difference;
            let last = first + self.arms[first..].iter().take_while(within).count().saturating_sub(1);
            // A group inside the one before says nothing new.
            if last > first && groups.last().is_none_or(|&(_, end)| last > end) {
                groups.push((first, last));
            }
        }
        groups
    }

    /// Width of the column of names: whole up to some two dozen letters.
    fn names(&self) -> f64 {
        let widths = self.arms.iter().map(|(arm, _)| text_width(arm, 12.0));
        widths.fold(40.0, |a, b| if b > a { b } else { a }).clamp(40.0, 168.0)
    }

    /// p of Friedman's test; a bound where no permutation drawn was as extreme.
    fn friedman(&self) -> String {
        let p = NumberKind::PValue.print(self.friedman_p);
        let least = 1.0 / (1.0 + DEFAULT_DRAWS as f64);
        if self.friedman_error.is_some() && self.friedman_p <= least * (1.0 + 1e-9) {
            format!("p ≤ {p}, the least that {DEFAULT_DRAWS} drawn permutations can give")
        } else {
            format!("p = {p}")
        }
    }

    /// The axis and its ranks, at the top of `bottom - TOP` units of rows.
    fn draw_axis(&self, svg: &mut Svg, scale: &Scale, bottom: f64) {
        let (from, to) = (scale.at(1.0), scale.at(1.0 + self.critical_difference));
        // Wider than the axis: nothing can differ, and the ruler would leave the drawing.
        let to = if to > WIDTH { WIDTH } else { to };
        svg.line("bound", [from, 22.0], [to, 22.0]);
        for end in [from, to] {
            svg.line("bound-tick", [end, 18.0], [end, 26.0]);
        }
        let text = format!("critical difference {}", NumberKind::Score.print(self.critical_difference));
        svg.text("bound-text", Align::End, [WIDTH, 14.0], &text);
        svg.line("axis", [from, AXIS], [scale.at(self.arms.len() as f64), AXIS]);
        let space = scale.at(2.0) - from;
        let every = [1, 2, 5, 10].into_iter().find(|n| space * f64::from(*n) >= TICK).unwrap_or(20);
        for rank in (1_u32..).take(self.arms.len()) {
            let x = scale.at(f64::from(rank));
            svg.line("axis", [x, AXIS - 4.0], [x, AXIS]);
            if rank % every == 0 || (rank == 1 && every > 2) {
                svg.line("grid", [x, AXIS], [x, bottom]);
                svg.text("tick", Align::Middle, [x, AXIS - 6.0], &rank.to_string());
            }
        }
    }
}

impl Figure for CriticalDifference {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        format!(
            "Mean ranks of the arms over {} blocks, 1 is best. A bar at the right joins arms whose mean ranks lie within \
             the critical difference of Nemenyi's test at level {}; Friedman's test that all are equal has {}.",
            self.n,
            self.alpha,
            self.friedman()
        )
    }

    fn svg(&self) -> String {
        let (groups, names, k) = (self.groups(), self.names(), self.arms.len() as f64);
        let step = (BARS / groups.len() as f64).clamp(0.0, BAR);
        let bars = WIDTH - NUMBER - step * groups.len() as f64;
        let scale = Scale::new([1.0, k], [names + 12.0, bars - 8.0]);
        let bottom = TOP + ROW * k;
        let mut svg = Svg::new(WIDTH, bottom + 4.0);
        for row in (1..self.arms.len()).step_by(2) {
            svg.rect("stripe", [0.0, TOP + ROW * row as f64], [WIDTH, ROW], 1.0);
        }
        self.draw_axis(&mut svg, &scale, bottom);
        for (level, (first, last)) in groups.iter().enumerate() {
            let (from, to) = (TOP + ROW * *first as f64, TOP + ROW * (*last + 1) as f64);
            svg.rect("bar", [bars + step * level as f64, from + 4.0], [0.45 * step, to - from - 8.0], 1.0);
        }
        for (row, (arm, rank)) in self.arms.iter().enumerate() {
            let (x, y) = (scale.at(*rank), TOP + ROW * (row as f64 + 0.5));
            svg.text("name", Align::Start, [0.0, y + 4.0], &ellipsis(arm, 12.0, names));
            svg.line("leader", [scale.at(1.0), y], [x, y]);
            draw_marker(
                &mut svg,
                ArmStyle::of(0),
                [x, y],
                4.2,
                Some(&format!("{arm}: {}", decimals(*rank, 3))),
            );
            svg.text("strong", Align::End, [WIDTH - 2.0, y + 4.0], &decimals(*rank, 2));
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let mut table =
            DataTable::new(&*self.id, &*self.title, &["arm", "mean rank", "differs from the best"]);
        for (arm, rank) in &self.arms {
            let best = self.arms.first().map_or(*rank, |best| best.1);
            let differs = if rank - best > self.critical_difference { "yes" } else { "not shown" };
            let rank = Cell::Number(NumberKind::Score, Some(*rank));
            table.rows.push(vec![Cell::text(&**arm), rank, Cell::text(differs)]);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::CriticalDifference;
    use crate::Figure;

    #[test]
    fn bars_join_neighbours_within_the_critical_difference() {
        let arms = [("a", 1.2), ("b", 1.9), ("c", 3.1), ("d", 3.8)];
        let diagram = |critical_difference| CriticalDifference {
            id: "cd".to_owned(),
            title: "t".to_owned(),
            arms: arms.iter().map(|(name, rank)| ((*name).to_owned(), *rank)).collect(),
            critical_difference,
            alpha: 0.05,
            n: 10,
            friedman_p: 0.01,
            friedman_error: None,
        };
        assert_eq!(diagram(0.5).groups(), []);
        assert_eq!(diagram(1.0).groups(), [(0, 1), (2, 3)]);
        assert_eq!(diagram(2.0).groups(), [(0, 2), (1, 3)]);
        assert_eq!(diagram(3.0).groups(), [(0, 3)]);
    }

    #[test]
    fn names_are_whole_and_the_least_p_is_a_bound() {
        let name = |k: u32| format!("circumplex-of-an-arm--{k:02}");
        let mut diagram = CriticalDifference {
            id: "cd".to_owned(),
            title: "t".to_owned(),
            arms: (1..=21).map(|k| (name(k), f64::from(k))).collect(),
            critical_difference: 2.0,
            alpha: 0.05,
            n: 6,
            friedman_p: 1e-5,
            friedman_error: Some(1e-5),
        };
        let svg = diagram.svg();
        assert!(!svg.contains('…') && svg.contains(&format!(">{}<", name(21))), "{svg}");
        assert!(diagram.description().contains("p ≤ 1.0e−5"), "{}", diagram.description());
        (diagram.friedman_p, diagram.friedman_error) = (1e-5, None);
        assert!(diagram.description().contains("p = 1.0e−5."), "counted, not drawn");
        (diagram.friedman_p, diagram.friedman_error) = (2e-5, Some(1e-5));
        assert!(diagram.description().contains("p = 2.0e−5."));
    }
}
