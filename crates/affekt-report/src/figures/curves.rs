//! Learning curves: thin lines are seeds, the bold one is their mean, the band one standard deviation about it.

use std::collections::BTreeMap;

use super::grid::Grid;
use crate::number::mean_sd;
use crate::svg::{ArmStyle, Svg, WIDTH};
use crate::{Cell, DataTable, Figure};

/// Curves of one arm: `(epoch, value)` per seed.
#[derive(Clone, Debug)]
pub(crate) struct ArmCurves {
    pub(crate) arm: String,
    pub(crate) style: ArmStyle,
    pub(crate) seeds: Vec<(u64, Vec<(u64, f64)>)>,
}

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct LearningCurves {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) quantity: String,
    pub(crate) arms: Vec<ArmCurves>,
}

impl ArmCurves {
    /// Values of all seeds per epoch.
    fn by_epoch(&self) -> BTreeMap<u64, Vec<f64>> {
        let mut epochs: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (epoch, value) in self.seeds.iter().flat_map(|(_, curve)| curve) {
            epochs.entry(*epoch).or_default().push(*value);
        }
        epochs
    }
}

impl Figure for LearningCurves {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        format!(
            "The {} of each epoch, one panel per arm on common axes. Thin lines are seeds, the bold line is their \
             mean, the band one standard deviation of the seeds to either side.",
            self.quantity
        )
    }

    fn svg(&self) -> String {
        let all = || self.arms.iter().flat_map(|arm| arm.seeds.iter().flat_map(|(_, curve)| curve));
        let (mut x, mut y) = ([f64::INFINITY, f64::NEG_INFINITY], [f64::INFINITY, f64::NEG_INFINITY]);
        for (epoch, value) in all() {
            let epoch = *epoch as f64;
            x = [if epoch < x[0] { epoch } else { x[0] }, if epoch > x[1] { epoch } else { x[1] }];
            y = [if *value < y[0] { *value } else { y[0] }, if *value > y[1] { *value } else { y[1] }];
        }
        let room = 0.05 * (y[1] - y[0]);
        let grid = Grid {
            n_panels: self.arms.len(),
            plot_height: 104.0,
            x,
            y: [y[0] - room, y[1] + room],
            x_name: "epoch",
        };
        let mut svg = Svg::new(WIDTH, grid.height());
        for (k, arm) in self.arms.iter().enumerate() {
            let panel = grid.draw_panel(&mut svg, k, &arm.arm, arm.style);
            let place = |epoch: u64, value: f64| [panel.x.at(epoch as f64), panel.y.at(value)];
            let epochs = arm.by_epoch();
            let edge = |(epoch, values): (&u64, &Vec<f64>), side: f64| {
                let (mean, sd) = mean_sd(values);
                Some([panel.x.at(*epoch as f64), panel.y.clamped(mean? + side * sd?)])
            };
            let upper = epochs.iter().filter_map(|epoch| edge(epoch, 1.0));
            let lower = epochs.iter().rev().filter_map(|epoch| edge(epoch, -1.0));
            let band: Vec<[f64; 2]> = upper.chain(lower).collect();
            // A single seed has no spread, a single epoch no length.
            if band.len() > 2 {
                svg.polygon(&format!("{} range", arm.style.class()), &band, None);
            }
            for (_, curve) in &arm.seeds {
                let points: Vec<[f64; 2]> = curve.iter().map(|(e, v)| place(*e, *v)).collect();
                svg.polyline("seed", &points);
            }
            let means = epochs.iter().filter_map(|(e, values)| Some(place(*e, mean_sd(values).0?)));
            svg.polyline(&format!("{} line", arm.style.class()), &means.collect::<Vec<_>>());
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let mut table = DataTable::new(&*self.id, &*self.title, &["arm", "epoch", "n", "mean ± sd"]);
        for arm in &self.arms {
            for (epoch, values) in arm.by_epoch() {
                let (mean, sd) = mean_sd(&values);
                table.rows.push(vec![
                    Cell::text(&*arm.arm),
                    Cell::Count(epoch),
                    Cell::Count(values.len() as u64),
                    Cell::Spread(mean, sd),
                ]);
            }
        }
        table
    }
}
