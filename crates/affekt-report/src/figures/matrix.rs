//! A square of shares, classes against classes.

use crate::svg::{Align, Svg, WIDTH, ellipsis, text_width};
use affekt_artifact::percent;

/// What a cell holds.
pub(crate) struct MatrixCell {
    /// Its shading and large number, in percent; none where it is undefined.
    pub(crate) share: Option<f64>,
    /// Its small number.
    pub(crate) small: Option<String>,
}

/// The names about the square.
pub(crate) struct Matrix<'a> {
    pub(crate) names: &'a [String],
    /// What the columns and the rows are.
    pub(crate) corner: [&'static str; 2],
}

impl Matrix<'_> {
    /// Draws every cell, the diagonal outlined.
    pub(crate) fn draw(&self, cell_of: impl Fn(usize, usize) -> MatrixCell) -> Svg {
        let n = self.names.len();
        let widest =
            self.names.iter().map(|c| text_width(c, 12.0)).fold(0.0, |a, b| if b > a { b } else { a });
        let left = widest.clamp(30.0, 74.0) + 8.0;
        // The slanted names of the columns reach past the last cell, that of a column by itself or of one before it.
        let usual = (WIDTH - left - 26.0) / n as f64;
        let past = self.names.iter().rev().enumerate().map(|(k, name)| {
            let width = text_width(&ellipsis(name, 12.0, 74.0), 12.0);
            0.71 * (width + 11.0) + 2.0 - usual * (k as f64 + 0.5)
        });
        let room = past.fold(26.0, |a, b| if b > a { b } else { a });
        let cell = ((WIDTH - left - room) / n as f64).clamp(8.0, 44.0);
        let top = 0.72 * widest.clamp(30.0, 74.0) + 22.0;
        let mut svg = Svg::new(WIDTH, top + cell * n as f64 + 4.0);
        svg.text("note", Align::Start, [0.0, 11.0], self.corner[0]);
        svg.text("note", Align::Start, [0.0, top - 5.0], self.corner[1]);
        for (j, class) in self.names.iter().enumerate() {
            let at = [left + cell * (j as f64 + 0.5) + 2.0, top - 5.0];
            svg.text_turned("name", Align::Start, at, -45.0, &ellipsis(class, 12.0, 74.0));
        }
        for (i, class) in self.names.iter().enumerate() {
            let y = top + cell * i as f64;
            let at = [left - 6.0, y + 0.5 * cell + 4.0];
            svg.text("name", Align::End, at, &ellipsis(class, 12.0, 74.0));
            for j in 0..n {
                let x = left + cell * j as f64;
                let MatrixCell { share, small } = cell_of(i, j);
                svg.rect("heat", [x, y], [cell, cell], share.unwrap_or(0.0));
                svg.rect("cell", [x, y], [cell, cell], 1.0);
                // In a finer grid the numbers would not fit; the table below has them all.
                if cell >= 22.0 {
                    let text = share.map_or_else(|| "–".to_owned(), |s| percent(s, 0));
                    let middle = if small.is_some() { 0.5 } else { 4.0 };
                    svg.text("share", Align::Middle, [x + 0.5 * cell, y + 0.5 * cell + middle], &text);
                    if let Some(small) = small {
                        svg.text("count", Align::Middle, [x + 0.5 * cell, y + 0.5 * cell + 10.5], &small);
                    }
                }
            }
        }
        for i in 0..n {
            let at = cell * i as f64;
            svg.rect("right", [left + at, top + at], [cell, cell], 1.0);
        }
        svg
    }
}
