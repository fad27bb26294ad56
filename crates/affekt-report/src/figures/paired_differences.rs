//! Estimation plot: both arms joined pair by pair, and beside them the differences with their interval.

use crate::number::{NumberKind, interval};
use crate::svg::{Align, ArmStyle, Scale, Svg, WIDTH, draw_marker, ellipsis};
use crate::{Cell, DataTable, Figure};

/// One contrast of a [`PairedDifferences`] figure.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedPanel {
    /// Metric.
    pub metric: String,
    /// Treatment arm.
    pub treatment: String,
    /// Control arm.
    pub control: String,
    /// Pair, value of the treatment, value of the control; all finite.
    pub pairs: Vec<(String, f64, f64)>,
    /// Estimate of the difference, treatment minus control.
    pub estimate: f64,
    /// Its interval; none where so few pairs have none.
    pub interval: Option<(f64, f64)>,
    /// Equivalence margin declared beforehand.
    pub margin: Option<f64>,
}

/// Every pair of values and every difference of some contrasts, one panel each.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedDifferences {
    /// Name of its file.
    pub id: String,
    /// Heading.
    pub title: String,
    /// The contrasts.
    pub panels: Vec<PairedPanel>,
}

const HEIGHT: f64 = 190.0;
const HEAD: f64 = 40.0;
const FOOT: f64 = 22.0;
const LEFT: f64 = 46.0;
/// Columns of control, treatment, differences and estimate.
const COLUMNS: [f64; 4] = [70.0, 140.0, 264.0, 318.0];
/// Left end of the axis of differences.
const MIDDLE: f64 = 222.0;

impl PairedPanel {
    fn draw(&self, svg: &mut Svg, top: f64) {
        let name = format!("{}: {} − {}", self.metric, self.treatment, self.control);
        svg.text("strong", Align::Start, [0.0, top + 13.0], &ellipsis(&name, 12.0, WIDTH));
        let numbers = format!(
            "{} {}, n {}",
            NumberKind::Difference.print(self.estimate),
            interval(self.interval.map(|i| i.0), self.interval.map(|i| i.1)),
            self.pairs.len()
        );
        svg.text("note", Align::Start, [0.0, top + 28.0], &numbers);
        let range = [top + HEIGHT - FOOT, top + HEAD];
        self.draw_values(svg, range);
        self.draw_differences(svg, range);
    }

    fn draw_values(&self, svg: &mut Svg, range: [f64; 2]) {
        let scale = Scale::around(self.pairs.iter().flat_map(|(_, a, b)| [*a, *b]), range);
        scale.draw_vertical(svg, LEFT, MIDDLE - 44.0, true);
        for (pair, treatment, control) in &self.pairs {
            let (x, y) = ([COLUMNS[0], scale.at(*control)], [COLUMNS[1], scale.at(*treatment)]);
            svg.line("seed", x, y);
            for (at, value, style, arm) in [
                (x, control, ArmStyle::of(0), &self.control),
                (y, treatment, ArmStyle::of(2), &self.treatment),
            ] {
                let tip = format!("{arm}, {pair}: {}", NumberKind::Score.print(*value));
                svg.dot(&format!("{} seed-dot", style.class()), at, 2.8, Some(&tip));
            }
        }
        let foot = range[0] + 14.0;
        svg.text("tick", Align::Middle, [COLUMNS[0], foot], &ellipsis(&self.control, 10.5, 66.0));
        svg.text("tick", Align::Middle, [COLUMNS[1], foot], &ellipsis(&self.treatment, 10.5, 66.0));
    }

    fn draw_differences(&self, svg: &mut Svg, range: [f64; 2]) {
        let margin = self.margin.unwrap_or(0.0);
        let ends = self.interval.map_or([self.estimate; 2], |(low, high)| [low, high]);
        let differences = self.pairs.iter().map(|(_, a, b)| a - b);
        let scale = Scale::around(differences.chain(ends).chain([0.0, -margin, margin]), range);
        if self.margin.is_some() {
            let (upper, lower) = (scale.at(margin), scale.at(-margin));
            svg.rect("band", [MIDDLE, upper], [WIDTH - MIDDLE, lower - upper], 1.0);
        }
        scale.draw_vertical(svg, MIDDLE, WIDTH, true);
        svg.line("zero", [MIDDLE, scale.at(0.0)], [WIDTH, scale.at(0.0)]);
        for (pair, treatment, control) in &self.pairs {
            let tip = format!("{pair}: {}", NumberKind::Difference.print(treatment - control));
            let at = [COLUMNS[2], scale.at(treatment - control)];
            svg.dot(&format!("{} seed-dot", ArmStyle::of(2).class()), at, 2.8, Some(&tip));
        }
        let style = ArmStyle::of(2);
        if let Some((low, high)) = self.interval {
            let class = format!("{} whisker", style.class());
            let (low, high) = (scale.at(low), scale.at(high));
            svg.line(&class, [COLUMNS[3], low], [COLUMNS[3], high]);
            for end in [low, high] {
                svg.line(&class, [COLUMNS[3] - 4.0, end], [COLUMNS[3] + 4.0, end]);
            }
        }
        draw_marker(svg, style, [COLUMNS[3], scale.at(self.estimate)], 5.0, None);
        let foot = range[0] + 14.0;
        svg.text("tick", Align::Middle, [COLUMNS[2], foot], "pairs");
        svg.text("tick", Align::Middle, [COLUMNS[3], foot], "estimate");
    }
}

impl Figure for PairedDifferences {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        "Left: each pair's values under control and treatment, joined by a line. Right, on an axis of their own: the \
         differences, and the Hodges-Lehmann estimate with its exact interval (absent where so few pairs cannot reach \
         the level); band: the equivalence margin declared beforehand."
            .to_owned()
    }

    fn svg(&self) -> String {
        let mut svg = Svg::new(WIDTH, HEIGHT * self.panels.len() as f64);
        for (k, panel) in self.panels.iter().enumerate() {
            panel.draw(&mut svg, HEIGHT * k as f64);
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns =
            ["metric", "treatment", "control", "pair", "treatment value", "control value", "difference"];
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        for panel in &self.panels {
            for (pair, treatment, control) in &panel.pairs {
                table.rows.push(vec![
                    Cell::text(&*panel.metric),
                    Cell::text(&*panel.treatment),
                    Cell::text(&*panel.control),
                    Cell::text(&**pair),
                    Cell::Number(NumberKind::Score, Some(*treatment)),
                    Cell::Number(NumberKind::Score, Some(*control)),
                    Cell::Number(NumberKind::Difference, Some(treatment - control)),
                ]);
            }
        }
        table
    }
}
