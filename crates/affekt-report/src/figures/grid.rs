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
const PLOT_WIDTH: f64 = 0.5 * (WIDTH - LEFT - GAP - RIGHT);
const HEAD: f64 = 22.0;
const FOOT: f64 = 32.0;

impl Grid {
    /// Height of the whole drawing.
    pub(crate) fn height(&self) -> f64 {
        self.n_panels.div_ceil(2) as f64 * (HEAD + self.plot_height + FOOT)
    }

    /// Draws frame, axes and heading of an arm's panel.
    pub(crate) fn draw_panel(&self, svg: &mut Svg, k: usize, arm: &str, style: ArmStyle) -> Panel {
        let [left, top] = self.corner(k);
        draw_marker(svg, style, [left + 5.0, top - 11.0], 4.0, None);
        self.draw_frame(svg, k, arm, 15.0)
    }

    /// As [`Self::draw_panel`], without the arm's marker: for figures whose colours are not those of the arms.
    pub(crate) fn draw_plain_panel(&self, svg: &mut Svg, k: usize, heading: &str) -> Panel {
        self.draw_frame(svg, k, heading, 0.0)
    }

    /// Left and upper edge of a plot.
    fn corner(&self, k: usize) -> [f64; 2] {
        let left = LEFT + if k % 2 == 1 { PLOT_WIDTH + GAP } else { 0.0 };
        [left, (k / 2) as f64 * (HEAD + self.plot_height + FOOT) + HEAD]
    }

    fn draw_frame(&self, svg: &mut Svg, k: usize, heading: &str, indent: f64) -> Panel {
        let ([left, top], width) = (self.corner(k), PLOT_WIDTH);
        let bottom = top + self.plot_height;
        let panel =
            Panel { x: Scale::new(self.x, [left, left + width]), y: Scale::new(self.y, [bottom, top]) };
        let text = ellipsis(heading, 12.0, width - indent - 1.0);
        svg.text("strong", Align::Start, [left + indent, top - 7.0], &text);
        panel.y.draw_vertical(svg, left, left + width, k.is_multiple_of(2));
        panel.x.draw_horizontal(svg, bottom, bottom);
        svg.text("note", Align::Middle, [left + 0.5 * width, bottom + 25.0], self.x_name);
        panel
    }
}
