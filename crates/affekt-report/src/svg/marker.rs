//! How an arm looks in every figure: colour and marker together, never colour alone.

use super::Svg;

/// Look of one arm, by its position in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ArmStyle {
    index: usize,
}

impl ArmStyle {
    /// The look of the arm at that position.
    pub(crate) const fn of(index: usize) -> Self {
        Self { index }
    }

    /// Colour class.
    pub(crate) fn class(self) -> String {
        format!("a{}", self.index % 8)
    }

    /// Shape number; moves on by one each time the colours repeat.
    const fn shape(self) -> usize {
        (self.index + self.index / 8) % 8
    }
}

/// Draws an arm's marker; `tip` is shown on hover.
pub(crate) fn draw_marker(svg: &mut Svg, style: ArmStyle, at: [f64; 2], r: f64, tip: Option<&str>) {
    let class = format!("{} mark", style.class());
    match corners(style.shape()) {
        None => svg.dot(&class, at, r, tip),
        Some(corners) => {
            let around: Vec<[f64; 2]> =
                corners.iter().map(|(dx, dy)| [at[0] + dx * r, at[1] + dy * r]).collect();
            svg.polygon(&class, &around, tip);
        }
    }
}

/// Draws a triangle in the arm's colour that points to where its marker lies off the axis; `side` is -1 or 1.
pub(crate) fn draw_edge(svg: &mut Svg, style: ArmStyle, [x, y]: [f64; 2], side: f64, tip: &str) {
    let corners = [[x, y], [x - 9.0 * side, y - 5.0], [x - 9.0 * side, y + 5.0]];
    svg.polygon(&format!("{} mark", style.class()), &corners, Some(tip));
}

/// Draws an arm's marker at many places as one element: hundreds of marks stay small in the file.
pub(crate) fn draw_markers(svg: &mut Svg, style: ArmStyle, places: &[[f64; 2]], r: f64) {
    let outline: Option<Vec<[f64; 2]>> =
        corners(style.shape()).map(|corners| corners.iter().map(|(dx, dy)| [dx * r, dy * r]).collect());
    svg.copies(&format!("{} many", style.class()), places, outline.as_deref(), r);
}

/// Corners of a shape in units of its radius; none for a circle.
fn corners(shape: usize) -> Option<&'static [(f64, f64)]> {
    Some(match shape {
        0 => return None,
        1 => &[(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
        2 => &[(0.0, -1.15), (1.1, 0.85), (-1.1, 0.85)],
        3 => &[(0.0, -1.3), (1.15, 0.0), (0.0, 1.3), (-1.15, 0.0)],
        4 => &[(0.0, 1.15), (1.1, -0.85), (-1.1, -0.85)],
        5 => &[
            (-0.35, -1.1),
            (0.35, -1.1),
            (0.35, -0.35),
            (1.1, -0.35),
            (1.1, 0.35),
            (0.35, 0.35),
            (0.35, 1.1),
            (-0.35, 1.1),
            (-0.35, 0.35),
            (-1.1, 0.35),
            (-1.1, -0.35),
            (-0.35, -0.35),
        ],
        6 => &[(-1.15, -1.1), (1.15, -1.1), (-1.15, 1.1), (1.15, 1.1)],
        _ => &[(0.0, -1.2), (1.1, -0.35), (0.7, 0.95), (-0.7, 0.95), (-1.1, -0.35)],
    })
}
