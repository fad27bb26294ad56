//! Critical-difference diagram: arms on an axis of mean ranks, those that do not differ joined by a bar.

use crate::number::NumberKind;
use crate::svg::{Align, ArmStyle, Scale, Svg, WIDTH, draw_marker, ellipsis};
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
}

const ROW: f64 = 18.0;
const BAR: f64 = 8.0;
const AXIS: f64 = 46.0;
/// Room for a name and its rank on either side of the axis.
const SIDE: f64 = 104.0;

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

    fn scale(&self) -> Scale {
        Scale::new([1.0, self.arms.len() as f64], [SIDE, WIDTH - SIDE])
    }

    fn draw_ruler(&self, svg: &mut Svg, scale: &Scale) {
        let (from, to) = (scale.at(1.0), scale.at(1.0 + self.critical_difference));
        // Wider than the axis: nothing can differ, and the ruler would leave the drawing.
        let to = if to > WIDTH { WIDTH } else { to };
        svg.line("bound", [from, 22.0], [to, 22.0]);
        for end in [from, to] {
            svg.line("bound-tick", [end, 18.0], [end, 26.0]);
        }
        let text = format!("critical difference {}", NumberKind::Score.print(self.critical_difference));
        svg.text("bound-text", Align::Start, [from, 14.0], &text);
        svg.line("axis", [scale.at(1.0), AXIS], [scale.at(self.arms.len() as f64), AXIS]);
        for rank in 1..=self.arms.len() {
            let x = scale.at(rank as f64);
            svg.line("axis", [x, AXIS - 4.0], [x, AXIS]);
            if self.arms.len() <= 12 || rank % 5 == 0 {
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
            "Mean ranks of the arms over {} blocks, 1 is best. A bar joins arms whose mean ranks lie within the critical \
             difference of Nemenyi's test at level {}; Friedman's test that all are equal has p = {}.",
            self.n,
            self.alpha,
            NumberKind::PValue.print(self.friedman_p)
        )
    }

    fn svg(&self) -> String {
        let (groups, scale, k) = (self.groups(), self.scale(), self.arms.len());
        let first_row = AXIS + 14.0 + BAR * groups.len() as f64 + ROW;
        let rows = k.div_ceil(2);
        let mut svg = Svg::new(WIDTH, first_row + ROW * rows as f64);
        self.draw_ruler(&mut svg, &scale);
        for (level, (first, last)) in groups.iter().enumerate() {
            let y = AXIS + 12.0 + BAR * level as f64;
            let ends = [self.arms[*first].1, self.arms[*last].1].map(|rank| scale.at(rank));
            svg.rect("bar", [ends[0] - 3.0, y - 1.5], [ends[1] - ends[0] + 6.0, 3.0], 1.0);
        }
        for (place, (arm, rank)) in self.arms.iter().enumerate() {
            // Better arms are named on the left from the top, worse ones on the right from the bottom: no lines cross.
            let left = place < rows;
            let row = if left { place } else { k - 1 - place };
            let (x, y) = (scale.at(*rank), first_row + ROW * row as f64);
            let side = if left { SIDE - 8.0 } else { WIDTH - SIDE + 8.0 };
            svg.polyline("leader line-only", &[[x, AXIS], [x, y - 4.0], [side, y - 4.0]]);
            let number = format!("{rank:.2}");
            let room = SIDE - 16.0 - 6.5 * number.len() as f64;
            let text = format!("{} {number}", ellipsis(arm, 11.0, room));
            let (align, at) = if left { (Align::End, side - 4.0) } else { (Align::Start, side + 4.0) };
            svg.text("tick", align, [at, y], &text);
            draw_marker(&mut svg, ArmStyle::of(0), [x, AXIS], 3.2, Some(&format!("{arm}: {rank:.3}")));
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
        };
        assert_eq!(diagram(0.5).groups(), []);
        assert_eq!(diagram(1.0).groups(), [(0, 1), (2, 3)]);
        assert_eq!(diagram(2.0).groups(), [(0, 2), (1, 3)]);
        assert_eq!(diagram(3.0).groups(), [(0, 3)]);
    }
}
