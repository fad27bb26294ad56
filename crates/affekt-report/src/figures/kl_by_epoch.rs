//! Distance of the learnt distributions to the truth while training goes on.

use std::collections::BTreeMap;

use super::grid::{Grid, Panel};
use crate::number::NumberKind;
use crate::study::SeedCurve;
use crate::svg::{Align, ArmStyle, Svg, WIDTH, draw_marker};
use crate::{Cell, DataTable, Figure};

/// Label, class and fused distribution: name, look and stroke.
const LOOKS: [(&str, ArmStyle, &str); 3] = [
    ("label", ArmStyle::of(2), "line"),
    ("class", ArmStyle::of(1), "line dashed"),
    ("fused", ArmStyle::of(3), "line dotted"),
];
const LEGEND: f64 = 22.0;

/// The curves of one arm, in the order label, class, fused.
#[derive(Clone, Debug)]
pub(crate) struct ArmDistances {
    pub(crate) arm: String,
    pub(crate) curves: [Vec<SeedCurve>; 3],
}

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct KlByEpoch {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) arms: Vec<ArmDistances>,
}

/// Mean, lowest and highest of the seeds of an epoch, and how many there are.
struct Spread {
    n: usize,
    mean: f64,
    low: f64,
    high: f64,
}

fn by_epoch(curves: &[SeedCurve]) -> BTreeMap<u64, Spread> {
    let mut epochs: BTreeMap<u64, Spread> = BTreeMap::new();
    for (epoch, value) in curves.iter().flat_map(|(_, curve)| curve) {
        let none = Spread { n: 0, mean: 0.0, low: f64::INFINITY, high: f64::NEG_INFINITY };
        let spread = epochs.entry(*epoch).or_insert(none);
        spread.n += 1;
        spread.mean += (value - spread.mean) / spread.n as f64;
        spread.low = if *value < spread.low { *value } else { spread.low };
        spread.high = if *value > spread.high { *value } else { spread.high };
    }
    epochs
}

fn draw_arm(svg: &mut Svg, panel: &Panel, arm: &ArmDistances) {
    let spreads = arm.curves.each_ref().map(|curves| by_epoch(curves));
    let place = |epoch: u64, value: f64| [panel.x.at(epoch as f64), panel.y.at(value)];
    // Bands first, so that none covers a line.
    for ((_, style, _), spread) in LOOKS.iter().zip(&spreads).filter(|(_, s)| s.values().any(|s| s.n > 1)) {
        let low = spread.iter().map(|(e, s)| place(*e, s.low));
        let high = spread.iter().rev().map(|(e, s)| place(*e, s.high));
        svg.polygon(&format!("{} range", style.class()), &low.chain(high).collect::<Vec<_>>(), None);
    }
    for ((_, style, stroke), spread) in LOOKS.iter().zip(&spreads) {
        let points: Vec<[f64; 2]> = spread.iter().map(|(e, s)| place(*e, s.mean)).collect();
        svg.polyline(&format!("{} {stroke}", style.class()), &points);
        if let Some(last) = points.last() {
            draw_marker(svg, *style, *last, 3.6, None);
        }
    }
}

impl Figure for KlByEpoch {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        "Mean Kullback-Leibler divergence from the true posterior of a training face to its label, class and fused \
         distribution over each epoch, in nats: 0 means equal to the truth. Lines are means over seeds, bands reach \
         from the lowest to the highest seed."
            .to_owned()
    }

    fn svg(&self) -> String {
        let all = || self.arms.iter().flat_map(|a| &a.curves).flatten().flat_map(|(_, curve)| curve);
        let (mut x, mut top) = ([f64::INFINITY, f64::NEG_INFINITY], 0.0);
        for (epoch, value) in all() {
            let epoch = *epoch as f64;
            x = [if epoch < x[0] { epoch } else { x[0] }, if epoch > x[1] { epoch } else { x[1] }];
            top = if *value > top { *value } else { top };
        }
        let grid =
            Grid { n_panels: self.arms.len(), plot_height: 118.0, x, y: [0.0, 1.05 * top], x_name: "epoch" };
        let mut svg = Svg::new(WIDTH, LEGEND + grid.height());
        for (k, arm) in self.arms.iter().enumerate() {
            let panel = grid.draw_plain_panel(&mut svg, k, &arm.arm);
            draw_arm(&mut svg, &panel, arm);
        }
        let y = grid.height() + 10.0;
        for (k, (name, style, stroke)) in LOOKS.iter().enumerate() {
            let left = 34.0 + 108.0 * k as f64;
            svg.polyline(&format!("{} {stroke}", style.class()), &[[left, y], [left + 26.0, y]]);
            draw_marker(&mut svg, *style, [left + 26.0, y], 3.6, None);
            svg.text("name", Align::Start, [left + 35.0, y + 4.0], name);
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns = ["arm", "distribution", "epoch", "seeds", "mean (nats)", "lowest seed", "highest seed"];
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        let score = |value| Cell::Number(NumberKind::Score, Some(value));
        for arm in &self.arms {
            for ((name, ..), curves) in LOOKS.iter().zip(&arm.curves) {
                for (epoch, spread) in by_epoch(curves) {
                    table.rows.push(vec![
                        Cell::text(&*arm.arm),
                        Cell::text(*name),
                        Cell::Count(epoch),
                        Cell::Count(spread.n as u64),
                        score(spread.mean),
                        score(spread.low),
                        score(spread.high),
                    ]);
                }
            }
        }
        table
    }
}
