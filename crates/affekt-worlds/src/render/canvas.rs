//! A picture in face coordinates.

use tiny_skia::{
    FillRule, GradientStop, LineCap, LineJoin, LinearGradient, Paint, Path, PathBuilder, Pixmap, Point,
    RadialGradient, Rect, Shader, SpreadMode, Stroke, Transform,
};

use super::colour::Rgb;
use crate::nuisance::Nuisance;

/// Pixels of half a picture to one unit of the face: the face fills the frame, as an aligned crop does.
const ZOOM: f32 = 1.1;
/// Moves the face up, so that a dropped chin stays in the frame.
const LIFT: f32 = -0.05;

/// The picture and where the face lies in it.
pub(super) struct Canvas {
    pixmap: Pixmap,
    size: f32,
    head: Transform,
    place: Transform,
}

/// What to draw with.
#[derive(Clone, Copy)]
pub(super) struct Pen {
    rgb: Rgb,
    alpha: f32,
}

impl Pen {
    pub(super) const fn new(rgb: Rgb, alpha: f32) -> Self {
        Self { rgb, alpha }
    }

    fn paint(self) -> Paint<'static> {
        Paint { shader: Shader::SolidColor(colour(self.rgb, self.alpha)), ..Paint::default() }
    }
}

impl Canvas {
    /// None for a size of 0, or one beyond memory.
    pub(super) fn new(size: u32, nuisance: &Nuisance) -> Option<Self> {
        let pixmap = Pixmap::new(size, size)?;
        let side = super::narrow(f64::from(size));
        let half = side / 2.0;
        let [dx, dy] = nuisance.shift;
        let scale = half * ZOOM * nuisance.scale;
        let head = Transform::from_translate(0.0, LIFT)
            .post_scale(scale, scale)
            .post_rotate(nuisance.tilt)
            .post_translate(half * (1.0 + dx), half * (1.0 + dy));
        Some(Self { pixmap, size: side, head, place: head })
    }

    /// Moves all that follows sideways over the head.
    pub(super) fn slide(&mut self, dx: f32) {
        self.place = self.head.pre_translate(dx, 0.0);
    }

    pub(super) fn side(&self) -> u32 {
        self.pixmap.width()
    }

    /// RGBA bytes; the background is opaque, so premultiplied equals straight.
    pub(super) fn bytes(&self) -> &[u8] {
        self.pixmap.data()
    }

    /// Fills a closed path; a path of no extent leaves no mark.
    pub(super) fn fill(&mut self, path: Option<Path>, pen: Pen) {
        if let Some(path) = path
            && pen.alpha > 0.0
        {
            self.pixmap.fill_path(&path, &pen.paint(), FillRule::Winding, self.place, None);
        }
    }

    /// Draws along a path with round ends.
    pub(super) fn stroke(&mut self, path: Option<Path>, pen: Pen, width: f32) {
        if let Some(path) = path
            && pen.alpha > 0.0
            && width > 0.0
        {
            let stroke =
                Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
            self.pixmap.stroke_path(&path, &pen.paint(), &stroke, self.place, None);
        }
    }

    /// Fills with colours that run from a centre outwards.
    pub(super) fn fill_radial(
        &mut self,
        path: Option<Path>,
        centre: [f32; 2],
        radius: f32,
        stops: &[(f32, Pen)],
    ) {
        let at = Point::from_xy(centre[0], centre[1]);
        let stops = stops.iter().map(|&(t, pen)| GradientStop::new(t, colour(pen.rgb, pen.alpha))).collect();
        let shader = RadialGradient::new(at, at, radius, stops, SpreadMode::Pad, Transform::identity());
        if let (Some(path), Some(shader)) = (path, shader) {
            let paint = Paint { shader, ..Paint::default() };
            self.pixmap.fill_path(&path, &paint, FillRule::Winding, self.place, None);
        }
    }

    /// Covers the whole picture with a gradient between two colours.
    pub(super) fn cover(&mut self, from: Rgb, to: Rgb, angle: f32) {
        let half = self.size / 2.0;
        let (dy, dx) = angle.sin_cos();
        let ends = [-half, half].map(|r| Point::from_xy(half + dx * r, half + dy * r));
        let stops = vec![GradientStop::new(0.0, colour(from, 1.0)), GradientStop::new(1.0, colour(to, 1.0))];
        let shader = LinearGradient::new(ends[0], ends[1], stops, SpreadMode::Pad, Transform::identity());
        if let (Some(shader), Some(all)) = (shader, Rect::from_xywh(0.0, 0.0, self.size, self.size)) {
            let paint = Paint { shader, ..Paint::default() };
            self.pixmap.fill_rect(all, &paint, Transform::identity(), None);
        }
    }
}

fn colour(rgb: Rgb, alpha: f32) -> tiny_skia::Color {
    let [r, g, b, a] = [rgb[0], rgb[1], rgb[2], alpha].map(|x| x.clamp(0.0, 1.0));
    tiny_skia::Color::from_rgba(r, g, b, a).unwrap_or(tiny_skia::Color::BLACK)
}

/// A smooth open line through points.
pub(super) fn line(points: &[[f32; 2]]) -> Option<Path> {
    let at = |i: usize| points[i.min(points.len() - 1)];
    let mut path = PathBuilder::new();
    let first = points.first()?;
    path.move_to(first[0], first[1]);
    for i in 0..points.len() - 1 {
        segment(&mut path, [at(i.saturating_sub(1)), at(i), at(i + 1), at(i + 2)]);
    }
    path.finish()
}

/// A smooth closed outline through points.
pub(super) fn outline(points: &[[f32; 2]]) -> Option<Path> {
    let n = points.len();
    let mut path = PathBuilder::new();
    let first = points.first()?;
    path.move_to(first[0], first[1]);
    for i in 0..n {
        segment(&mut path, [points[(i + n - 1) % n], points[i], points[(i + 1) % n], points[(i + 2) % n]]);
    }
    path.close();
    path.finish()
}

/// A closed outline with straight sides.
pub(super) fn polygon(points: &[[f32; 2]]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (first, rest) = points.split_first()?;
    path.move_to(first[0], first[1]);
    for p in rest {
        path.line_to(p[0], p[1]);
    }
    path.close();
    path.finish()
}

/// An ellipse with its axes along x and y.
pub(super) fn ellipse(centre: [f32; 2], rx: f32, ry: f32) -> Option<Path> {
    PathBuilder::from_oval(Rect::from_ltrb(centre[0] - rx, centre[1] - ry, centre[0] + rx, centre[1] + ry)?)
}

/// Catmull-Rom between the middle two of four points.
fn segment(path: &mut PathBuilder, [before, from, to, after]: [[f32; 2]; 4]) {
    path.cubic_to(
        from[0] + (to[0] - before[0]) / 6.0,
        from[1] + (to[1] - before[1]) / 6.0,
        to[0] - (after[0] - from[0]) / 6.0,
        to[1] - (after[1] - from[1]) / 6.0,
        to[0],
        to[1],
    );
}
