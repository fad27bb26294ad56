//! Small multiples: one panel per arm, two beside each other.

use crate::svg::{Align, ArmStyle, Scale, Svg, WIDTH, draw_marker, ellipsis};

/// Place of a panel and its axes.
pub(crate) struct Panel {
    pub(crate) x: Scale,
    pub(crate) y: Scale,
}

/// The grid's measures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    pub(crate) n_panels: usize,
    pub(crate) plot_height: f64,
    pub(crate) x: [f64; 2],
    pub(crate) y: [f64; 2],
    pub(crate) x_name: &'static str,
}

const LEFT: f64 = 34.0;
const GAP: f64 = 26.0;
/// Room for half a tick label.
const RIGHT: f64 = 12.0;
const HEAD: f64 = 22.0;
const FOOT: f64 = 32.0;

impl Grid {
    /// Height of the whole drawing.
    pub(crate) fn height(&self) -> f64 {
        self.n_panels.div_ceil(2) as f64 * (HEAD + self.plot_height + FOOT)
    }

    /// Draws frame, axes and heading of a panel.
    pub(crate) fn draw_panel(&self, svg: &mut Svg, k: usize, arm: &str, style: ArmStyle) -> Panel {
        let width = 0.5 * (WIDTH - LEFT - GAP - RIGHT);
        let left = LEFT + if k % 2 == 1 { width + GAP } else { 0.0 };
        let top = (k / 2) as f64 * (HEAD + self.plot_height + FOOT) + HEAD;
        let bottom = top + self.plot_height;
        let panel =
            Panel { x: Scale::new(self.x, [left, left + width]), y: Scale::new(self.y, [bottom, top]) };
        draw_marker(svg, style, [left + 5.0, top - 11.0], 4.0, None);
        svg.text("strong", Align::Start, [left + 15.0, top - 7.0], &ellipsis(arm, 12.0, width - 16.0));
        panel.y.draw_vertical(svg, left, left + width, k.is_multiple_of(2));
        panel.x.draw_horizontal(svg, bottom, bottom);
        svg.text("note", Align::Middle, [left + 0.5 * width, bottom + 25.0], self.x_name);
        panel
    }
}
