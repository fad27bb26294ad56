//! What arms reach on the pair against the share of faces the pair has in common, beside what can be reached.

use std::collections::BTreeMap;

use affekt_artifact::Digest;

use super::grid::Grid;
use crate::number::{NumberKind, mean_sd};
use crate::study::{Dataset, Study};
use crate::svg::{Align, ArmStyle, Svg, WIDTH, draw_marker};
use crate::{Cell, DataTable, Figure};

const LEGEND: f64 = 22.0;

/// One dataset of the sweep.
#[derive(Clone, Debug)]
struct Point {
    rho: f64,
    truth: f64,
    /// Per arm, value per seed.
    arms: Vec<Vec<(u64, f64)>>,
}

/// The figure: one panel per arm.
#[derive(Clone, Debug)]
pub(crate) struct AucByRho {
    arms: Vec<(String, ArmStyle)>,
    /// In the order of rho.
    points: Vec<Point>,
}

impl AucByRho {
    /// From the datasets of a study that differ in rho alone, where the pair scored is the one that shares its faces; none
    /// where there are not two of them, or more than one such sweep.
    pub(crate) fn of(study: &Study) -> Option<Self> {
        let arms: Vec<(String, ArmStyle)> =
            study.arms().enumerate().map(|(index, arm)| (arm.to_owned(), ArmStyle::of(index))).collect();
        let mut sweeps: BTreeMap<&Digest, Vec<Point>> = BTreeMap::new();
        for dataset in &study.datasets {
            let Some((sweep, point)) = point(study, dataset, &arms) else { continue };
            sweeps.entry(sweep).or_default().push(point);
        }
        // More than one would need a panel each; the pages of the datasets show their pairs singly.
        let mut sweeps = sweeps.into_values().filter(|points| points.len() >= 2);
        let (mut points, None) = (sweeps.next()?, sweeps.next()) else { return None };
        points.sort_by(|p, q| p.rho.total_cmp(&q.rho));
        Some(Self { arms, points })
    }
}

/// A dataset's place in its sweep; none where there is none, or the pair scored is another than the one that shares its
/// faces.
fn point<'a>(
    study: &Study,
    dataset: &'a Dataset,
    arms: &[(String, ArmStyle)],
) -> Option<(&'a Digest, Point)> {
    let limits = dataset.limits.as_ref()?;
    let [a, b] = dataset.pair(&study.plan)?;
    let shared = limits.pair?;
    if shared != [a, b] && shared != [b, a] {
        return None;
    }
    let of_arm = |(arm, _): &(String, ArmStyle)| {
        let scores = study.scores(dataset.name(), arm, "pair_auc");
        scores.into_iter().filter_map(|(seed, value)| Some((seed, value?))).collect()
    };
    let point = Point {
        rho: limits.rho?,
        truth: limits.of("pair_auc", Some([a, b]))?,
        arms: arms.iter().map(of_arm).collect(),
    };
    Some((limits.sweep.as_ref()?, point))
}

impl Figure for AucByRho {
    fn id(&self) -> &'static str {
        "auc-by-rho"
    }

    fn title(&self) -> &'static str {
        "Separability of the pair against the share of faces it has in common"
    }

    fn description(&self) -> String {
        "Area under the ROC curve for telling the two classes of the pair apart, one panel per arm, against rho, the \
         probability that a face of the pair is drawn from what both have in common. The dashed line is what the true \
         posterior reaches: no score of a face passes it but by chance. Thin lines are seeds, the bold line is their mean."
            .to_owned()
    }

    fn svg(&self) -> String {
        let values = self.points.iter().flat_map(|p| p.arms.iter().flatten().map(|(_, value)| *value));
        let lowest = values.fold(0.45, |low, value| if value < low { value } else { low });
        let grid = Grid {
            n_panels: self.arms.len(),
            plot_height: 112.0,
            x: [0.0, 1.0],
            y: [lowest - 0.02, 1.02],
            x_name: "rho",
        };
        let mut svg = Svg::new(WIDTH, LEGEND + grid.height());
        for (k, (arm, style)) in self.arms.iter().enumerate() {
            let panel = grid.draw_panel(&mut svg, k, arm, *style);
            let place = |rho: f64, value: f64| [panel.x.at(rho), panel.y.at(value)];
            let seeds: std::collections::BTreeSet<u64> =
                self.points.iter().flat_map(|p| &p.arms[k]).map(|(seed, _)| *seed).collect();
            for seed in seeds {
                let of_seed = self.points.iter().filter_map(|p| {
                    let value = p.arms[k].iter().find(|(other, _)| *other == seed)?.1;
                    Some(place(p.rho, value))
                });
                svg.polyline("seed", &of_seed.collect::<Vec<_>>());
            }
            let truth: Vec<[f64; 2]> = self.points.iter().map(|p| place(p.rho, p.truth)).collect();
            svg.polyline("bound line-only", &truth);
            let means = self.points.iter().filter_map(|p| {
                let values: Vec<f64> = p.arms[k].iter().map(|(_, value)| *value).collect();
                Some(place(p.rho, mean_sd(&values).0?))
            });
            let means: Vec<[f64; 2]> = means.collect();
            svg.polyline(&format!("{} line", style.class()), &means);
            for mean in means {
                draw_marker(&mut svg, *style, mean, 3.2, None);
            }
        }
        let y = grid.height() + 10.0;
        svg.polyline("bound line-only", &[[34.0, y], [60.0, y]]);
        svg.text("name", Align::Start, [68.0, y + 4.0], "true posterior");
        svg.finish(self.id(), self.title(), &self.description())
    }

    fn table(&self) -> DataTable {
        let columns = ["arm", "rho", "true AUC", "n", "AUC, mean ± sd"];
        let mut table = DataTable::new(self.id(), self.title(), &columns);
        let score = |value| Cell::Number(NumberKind::Score, Some(value));
        for (k, (arm, _)) in self.arms.iter().enumerate() {
            for point in &self.points {
                let values: Vec<f64> = point.arms[k].iter().map(|(_, value)| *value).collect();
                let (mean, sd) = mean_sd(&values);
                table.rows.push(vec![
                    Cell::text(&**arm),
                    score(point.rho),
                    score(point.truth),
                    Cell::Count(values.len() as u64),
                    Cell::Spread(mean, sd),
                ]);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_truth_beside_every_arm() {
        let point = |rho: f64, truth: f64, values: [f64; 2]| Point {
            rho,
            truth,
            arms: vec![vec![(0, values[0]), (1, values[1])], Vec::new()],
        };
        let figure = AucByRho {
            arms: vec![("base".to_owned(), ArmStyle::of(0)), ("<b>".to_owned(), ArmStyle::of(1))],
            points: vec![
                point(0.0, 1.0, [0.98, 0.96]),
                point(0.5, 0.75, [0.7, 0.74]),
                point(1.0, 0.5, [0.4, 0.5]),
            ],
        };
        let table = figure.table();
        assert_eq!(table.rows.len(), 6);
        assert_eq!(table.rows[1][2], Cell::Number(NumberKind::Score, Some(0.75)));
        let Cell::Spread(Some(mean), _) = table.rows[1][4] else { panic!("{:?}", table.rows[1]) };
        assert!((mean - 0.72).abs() < 1e-12);
        assert_eq!(table.rows[4][3], Cell::Count(0), "an arm without runs has rows without values");
        let svg = figure.svg();
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("NaN") && svg.matches("bound").count() == 3);
    }
}
