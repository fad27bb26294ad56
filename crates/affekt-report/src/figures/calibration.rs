//! Reliability diagram: accuracy against confidence.

use super::grid::Grid;
use crate::number::{NumberKind, mean_sd};
use crate::study::Reliability;
use crate::svg::{Align, ArmStyle, Svg, WIDTH};
use crate::{Cell, DataTable, Figure};

/// One arm: bins of all seeds together, calibration error per seed.
#[derive(Clone, Debug)]
pub(crate) struct ArmReliability {
    pub(crate) arm: String,
    pub(crate) style: ArmStyle,
    pub(crate) pooled: Reliability,
    pub(crate) ece: Vec<f64>,
}

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct ReliabilityDiagram {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) arms: Vec<ArmReliability>,
}

impl Figure for ReliabilityDiagram {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        "Accuracy of the most probable class against its mean probability in equal-width bins, all seeds together; larger dots hold more samples. On \
         the dashed diagonal confidence is right, below it the arm is overconfident. ECE is the mean over seeds of \
         the expected calibration error on these bins."
            .to_owned()
    }

    fn svg(&self) -> String {
        let grid = Grid {
            n_panels: self.arms.len(),
            plot_height: 150.0,
            x: [0.0, 1.0],
            y: [0.0, 1.0],
            x_name: "confidence",
        };
        let mut svg = Svg::new(WIDTH, grid.height());
        for (k, arm) in self.arms.iter().enumerate() {
            let panel = grid.draw_panel(&mut svg, k, &arm.arm, arm.style);
            let place = |x: f64, y: f64| [panel.x.at(x), panel.y.at(y)];
            svg.line("diagonal", place(0.0, 0.0), place(1.0, 1.0));
            let total = arm.pooled.total() as f64;
            let filled = arm.pooled.bins.iter().filter(|bin| bin.count > 0);
            let points: Vec<([f64; 2], f64)> = filled
                .map(|bin| {
                    let n = bin.count as f64;
                    (place(bin.confidence / n, bin.correct as f64 / n), 1.6 + 6.0 * (n / total).sqrt())
                })
                .collect();
            let line: Vec<[f64; 2]> = points.iter().map(|p| p.0).collect();
            svg.polyline(&format!("{} line", arm.style.class()), &line);
            for (at, r) in points {
                svg.dot(&format!("{} mark", arm.style.class()), at, r, None);
            }
            let text = format!("ECE {}", NumberKind::Score.print_option(mean_sd(&arm.ece).0));
            let [x, y] = place(1.0, 0.0);
            svg.text("note", Align::End, [x - 2.0, y - 6.0], &text);
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns = ["arm", "bin", "samples", "mean confidence", "argmax accuracy"];
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        for arm in &self.arms {
            let n_bins = arm.pooled.bins.len() as f64;
            for (k, bin) in arm.pooled.bins.iter().enumerate().filter(|(_, bin)| bin.count > 0) {
                let (n, low, high) = (bin.count as f64, k as f64 / n_bins, (k + 1) as f64 / n_bins);
                table.rows.push(vec![
                    Cell::text(&*arm.arm),
                    Cell::text(format!("({low:.2}, {high:.2}]")),
                    Cell::Count(bin.count),
                    Cell::Number(NumberKind::Score, Some(bin.confidence / n)),
                    Cell::Number(NumberKind::Score, Some(bin.correct as f64 / n)),
                ]);
            }
        }
        table
    }
}
