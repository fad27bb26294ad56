//! Where the rows of each class lie on the valence-arousal plane: small multiples.

use crate::data_page::DataVa;
use crate::number::NumberKind;
use crate::svg::{Align, Scale, Svg, WIDTH, ellipsis, text_width};
use crate::{Cell, DataTable, Figure};

const LEFT: f64 = 20.0;
const GAP: f64 = 14.0;
const HEAD: f64 = 30.0;
const FOOT: f64 = 22.0;
/// Strength of a cell with the fewest rows: still told from an empty one.
const FAINTEST: f64 = 0.14;

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct VaDensity {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Name and rows of each panel.
    pub(crate) panels: Vec<(String, DataVa)>,
    /// Classes without valence and arousal.
    pub(crate) without: Vec<String>,
}

impl VaDensity {
    fn columns(&self) -> usize {
        let long = self.panels.iter().any(|(name, _)| text_width(name, 12.0) > 98.0);
        self.panels.len().clamp(1, if long { 2 } else { 3 })
    }

    fn side(&self) -> f64 {
        let n = self.columns() as f64;
        ((WIDTH - LEFT - GAP * (n - 1.0) - 2.0) / n).clamp(0.0, 240.0).floor()
    }
}

impl DataVa {
    fn fullest(&self) -> u64 {
        self.cells.iter().flatten().copied().max().unwrap_or(0).max(1)
    }

    fn draw(&self, svg: &mut Svg, [left, top]: [f64; 2], side: f64) {
        let n = self.cells.len().max(1) as f64;
        let cell = side / n;
        for (a, line) in self.cells.iter().enumerate() {
            for (v, &rows) in line.iter().enumerate().filter(|(_, rows)| **rows > 0) {
                let at = [left + cell * v as f64, top + side - cell * (a + 1) as f64];
                svg.rect("density", at, [cell, cell], strength(rows as f64 / self.fullest() as f64));
            }
        }
        let x = Scale::new([-1.0, 1.0], [left, left + side]);
        let y = Scale::new([-1.0, 1.0], [top + side, top]);
        svg.line("axis", [left, y.at(0.0)], [left + side, y.at(0.0)]);
        svg.line("axis", [x.at(0.0), top], [x.at(0.0), top + side]);
        svg.circle("ring", [x.at(0.0), y.at(0.0)], 0.5 * side);
        let [mean_v, mean_a] = self.mean;
        if let Some([sd_v, sd_a]) = self.sd {
            let bar = |svg: &mut Svg, from, to| {
                svg.line("spread-ground", from, to);
                svg.line("spread", from, to);
            };
            bar(svg, [x.clamped(mean_v - sd_v), y.at(mean_a)], [x.clamped(mean_v + sd_v), y.at(mean_a)]);
            bar(svg, [x.at(mean_v), y.clamped(mean_a - sd_a)], [x.at(mean_v), y.clamped(mean_a + sd_a)]);
        }
        svg.circle("mean", [x.at(mean_v), y.at(mean_a)], 3.2);
    }
}

/// Strength of the shading at a share of the fullest cell; the root lets sparse cells be seen.
fn strength(share: f64) -> f64 {
    FAINTEST + (1.0 - FAINTEST) * share.sqrt()
}

impl Figure for VaDensity {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let without = if self.without.is_empty() {
            String::new()
        } else {
            format!(" Without valence and arousal: {}.", self.without.join(", "))
        };
        format!(
            "Valence to the right, arousal upwards, both from −1 to 1; ring: unit circle. Shading: rows per cell, each \
             panel to its own fullest cell. Cross: mean ± one standard deviation.{without}"
        )
    }

    fn svg(&self) -> String {
        let (columns, side) = (self.columns(), self.side());
        let lines = self.panels.len().div_ceil(columns);
        let pitch = HEAD + side + FOOT;
        let legend = pitch * lines as f64 + 4.0;
        let mut svg = Svg::new(WIDTH, legend + 22.0);
        for (k, (name, va)) in self.panels.iter().enumerate() {
            let left = LEFT + (side + GAP) * (k % columns) as f64;
            let top = pitch * (k / columns) as f64 + HEAD;
            svg.text("strong", Align::Start, [left, top - 17.0], &ellipsis(name, 12.0, side));
            svg.text("note", Align::Start, [left, top - 5.0], &format!("n = {}", va.rows));
            svg.rect("stripe", [left, top], [side, side], 1.0);
            va.draw(&mut svg, [left, top], side);
            svg.rect("cell", [left, top], [side, side], 1.0);
            svg.text("note", Align::Start, [left, top + side + 11.0], "−1");
            svg.text("note", Align::Middle, [left + 0.5 * side, top + side + 11.0], "valence");
            svg.text("note", Align::End, [left + side, top + side + 11.0], "+1");
            if k % columns == 0 {
                let x = left - 6.0;
                svg.text_turned("note", Align::Start, [x, top + side], -90.0, "−1");
                svg.text_turned("note", Align::Middle, [x, top + 0.5 * side], -90.0, "arousal");
                svg.text_turned("note", Align::End, [x, top], -90.0, "+1");
            }
        }
        let shares = [0.0, 0.0625, 0.25, 0.5625, 1.0];
        svg.text("note", Align::Start, [LEFT, legend + 12.0], "fewer");
        let mut x = LEFT + text_width("fewer", 10.5) + 6.0;
        for share in shares {
            svg.rect("density", [x, legend + 3.0], [18.0, 12.0], strength(share));
            x += 18.0;
        }
        svg.text("note", Align::Start, [x + 6.0, legend + 12.0], "fullest cell of the panel");
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns =
            ["rows of", "n", "valence, mean ± sd", "arousal, mean ± sd", "rows in the fullest cell"];
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        for (name, va) in &self.panels {
            let spread = |k: usize| Cell::Spread(Some(va.mean[k]), va.sd.map(|sd| sd[k]));
            let share = va.fullest() as f64 / va.rows.max(1) as f64;
            table.rows.push(vec![
                Cell::text(&**name),
                Cell::Count(va.rows),
                spread(0),
                spread(1),
                Cell::Number(NumberKind::Share, Some(share)),
            ]);
        }
        table
    }
}
