//! Where the predicted valence and arousal lie: a scatter, and per class an arrow from the truth to the prediction.

use super::circumplex::{CENTRE, PLOT_HEIGHT, RADIUS, draw_axes};
use crate::number::NumberKind;
use crate::study::{ClassVa, VaErrors};
use crate::svg::{Align, ArmStyle, LabelAnchor, Rect, Svg, WIDTH, place_labels, text_width};
use crate::{Cell, DataTable, Figure};

/// Predicted points drawn at most: more would only fill the disc and the file.
const N_POINTS: usize = 350;
const LEGEND: f64 = 44.0;

/// The figure, for one arm.
#[derive(Clone, Debug)]
pub(crate) struct VaErrorMap {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) style: ArmStyle,
    pub(crate) source: String,
    pub(crate) classes: Vec<String>,
    pub(crate) prototypes: Vec<[f64; 2]>,
    /// All seeds together.
    pub(crate) errors: VaErrors,
    pub(crate) n_runs: usize,
}

/// Place of a point of the circumplex; one outside the square is put on its edge.
fn place([valence, arousal]: [f64; 2]) -> [f64; 2] {
    [CENTRE[0] + RADIUS * valence.clamp(-1.0, 1.0), CENTRE[1] - RADIUS * arousal.clamp(-1.0, 1.0)]
}

impl VaErrorMap {
    /// Classes that have points: position, mean truth, mean prediction.
    fn means(&self) -> Vec<(usize, [f64; 2], [f64; 2])> {
        let of = |(class, va): (usize, &ClassVa)| Some((class, va.truth()?, va.predicted()?));
        self.errors.classes.iter().enumerate().filter_map(of).collect()
    }

    fn draw_arrow(&self, svg: &mut Svg, from: [f64; 2], to: [f64; 2]) {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length = dx.hypot(dy);
        svg.circle("mean", from, 3.2);
        // Shorter than its own head: truth and prediction are one place at this scale.
        if length < 2.0 {
            return;
        }
        let head = length.clamp(2.0, 8.0);
        let (ux, uy) = (dx / length, dy / length);
        let neck = [to[0] - head * ux, to[1] - head * uy];
        svg.curve(&format!("{} arrow", self.style.class()), from, neck, neck, 2.2);
        let corners = [
            to,
            [neck[0] - 0.5 * head * uy, neck[1] + 0.5 * head * ux],
            [neck[0] + 0.5 * head * uy, neck[1] - 0.5 * head * ux],
        ];
        svg.polygon(&format!("{} head", self.style.class()), &corners, None);
    }

    fn draw_names(&self, svg: &mut Svg, means: &[(usize, [f64; 2], [f64; 2])]) {
        let square = |[x, y]: [f64; 2], r: f64| Rect { x: x - r, y: y - r, w: 2.0 * r, h: 2.0 * r };
        let mut taken: Vec<Rect> = means.iter().map(|(_, truth, _)| square(place(*truth), 5.0)).collect();
        taken.extend(means.iter().map(|(_, _, predicted)| square(place(*predicted), 4.0)));
        let anchor = |(class, truth, _): &(usize, [f64; 2], [f64; 2])| LabelAnchor {
            at: place(*truth),
            size: [text_width(&self.classes[*class], 12.0), 13.0],
        };
        let anchors: Vec<LabelAnchor> = means.iter().map(anchor).collect();
        let frame = Rect { x: 0.0, y: 0.0, w: WIDTH, h: PLOT_HEIGHT };
        for ((class, truth, _), rect) in means.iter().zip(place_labels(&anchors, &taken, &frame)) {
            let (at, [x, y]) = (place(*truth), rect.centre());
            if ((at[0] - x).abs() - 0.5 * rect.w).hypot((at[1] - y).abs() - 0.5 * rect.h) > 18.0 {
                svg.line("leader", at, [at[0].clamp(rect.x, rect.x + rect.w), y]);
            }
            svg.text("name halo", Align::Start, [rect.x, rect.y + 10.5], &self.classes[*class]);
        }
    }

    fn draw_legend(&self, svg: &mut Svg) {
        let y = PLOT_HEIGHT + 14.0;
        draw_cross(svg, [18.0, y]);
        svg.text("tick", Align::Start, [34.0, y + 3.5], "class prototype");
        self.draw_arrow(svg, [8.0, y + 18.0], [28.0, y + 18.0]);
        svg.text("tick", Align::Start, [34.0, y + 21.5], "a class, from mean truth to mean prediction");
        svg.copies(&format!("{} many", self.style.class()), &[[150.0, y]], None, 1.6);
        svg.text("tick", Align::Start, [158.0, y + 3.5], "prediction for one sample");
    }
}

fn draw_cross(svg: &mut Svg, [x, y]: [f64; 2]) {
    svg.line("truth", [x - 4.0, y - 4.0], [x + 4.0, y + 4.0]);
    svg.line("truth", [x - 4.0, y + 4.0], [x + 4.0, y - 4.0]);
}

impl Figure for VaErrorMap {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let total = self.errors.points.len();
        let shown = self.errors.some_points(N_POINTS).len();
        format!(
            "Dots: predicted valence and arousal of {shown} of {total} test samples, {} runs together. Arrows: from the \
             mean true point of a class to its mean prediction; arrows toward the middle say that the arm plays safe. \
             Crosses: the prototypes that costs are made of ({}).",
            self.n_runs, self.source
        )
    }

    fn svg(&self) -> String {
        let mut svg = Svg::new(WIDTH, PLOT_HEIGHT + LEGEND);
        draw_axes(&mut svg);
        let points: Vec<[f64; 2]> = self.errors.some_points(N_POINTS).into_iter().map(place).collect();
        svg.copies(&format!("{} many", self.style.class()), &points, None, 1.6);
        for prototype in &self.prototypes {
            draw_cross(&mut svg, place(*prototype));
        }
        let means = self.means();
        for (_, truth, predicted) in &means {
            self.draw_arrow(&mut svg, place(*truth), place(*predicted));
        }
        self.draw_names(&mut svg, &means);
        self.draw_legend(&mut svg);
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns = [
            "class",
            "samples",
            "mean true valence",
            "mean true arousal",
            "mean predicted valence",
            "mean predicted arousal",
            "mean distance of a sample",
        ];
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        for (class, va) in self.errors.classes.iter().enumerate() {
            let axis =
                |point: Option<[f64; 2]>, k: usize| Cell::Number(NumberKind::Difference, point.map(|p| p[k]));
            table.rows.push(vec![
                Cell::text(&*self.classes[class]),
                Cell::Count(va.n),
                axis(va.truth(), 0),
                axis(va.truth(), 1),
                axis(va.predicted(), 0),
                axis(va.predicted(), 1),
                Cell::Number(NumberKind::Score, va.distance()),
            ]);
        }
        table
    }
}
