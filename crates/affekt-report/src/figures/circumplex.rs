//! Class prototypes on the circumplex and the strongest confusions between them.

use affekt_metrics::Confusion;

use crate::number::NumberKind;
use crate::svg::{Align, ArmStyle, LabelAnchor, Rect, Svg, WIDTH, place_labels, text_width};
use crate::{Cell, DataTable, Figure};

/// Confusions drawn as arrows.
const N_ARROWS: usize = 6;
/// Radius of the unit circle.
pub(super) const RADIUS: f64 = 142.0;
pub(super) const CENTRE: [f64; 2] = [0.5 * WIDTH, 164.0];
pub(super) const PLOT_HEIGHT: f64 = 330.0;

/// The figure, for one arm.
#[derive(Clone, Debug)]
pub(crate) struct CircumplexMap {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) style: ArmStyle,
    pub(crate) source: String,
    pub(crate) classes: Vec<String>,
    pub(crate) prototypes: Vec<[f64; 2]>,
    pub(crate) pair: Option<[usize; 2]>,
    pub(crate) confusion: Confusion,
}

/// A confusion of the true class `from` with the predicted class `to`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Mistake {
    from: usize,
    to: usize,
    count: u64,
    share: f64,
}

/// A curved arrow in user units.
#[derive(Clone, Copy, Debug)]
struct Arrow {
    start: [f64; 2],
    control: [f64; 2],
    end: [f64; 2],
    tip: [f64; 2],
    width: f64,
}

impl CircumplexMap {
    /// The strongest confusions by share of the true class, strongest first.
    fn strongest(&self) -> Vec<Mistake> {
        let n = self.classes.len();
        let support = self.confusion.support();
        let mut list: Vec<Mistake> = (0..n)
            .flat_map(|from| (0..n).filter(move |to| *to != from).map(move |to| (from, to)))
            .map(|(from, to)| (from, to, self.confusion.get(from, to)))
            .filter(|(_, _, count)| *count > 0)
            .map(|(from, to, count)| Mistake { from, to, count, share: count as f64 / support[from] as f64 })
            .collect();
        list.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.from.cmp(&b.from)).then(a.to.cmp(&b.to)));
        list.truncate(N_ARROWS);
        list
    }

    fn point(&self, class: usize) -> [f64; 2] {
        let [valence, arousal] = self.prototypes[class];
        [CENTRE[0] + RADIUS * valence, CENTRE[1] - RADIUS * arousal]
    }

    fn arrow(&self, mistake: &Mistake) -> Arrow {
        let (a, b) = (self.point(mistake.from), self.point(mistake.to));
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let length = dx.hypot(dy).clamp(1e-6, f64::INFINITY);
        // Always to the left of the direction of travel, so the two directions of a pair part ways.
        let bulge = (0.2 * length).clamp(22.0, f64::INFINITY);
        let control = [0.5 * (a[0] + b[0]) + bulge * dy / length, 0.5 * (a[1] + b[1]) - bulge * dx / length];
        let width = 1.4 + 9.0 * mistake.share;
        let head = 5.0 + 1.1 * width;
        let tip = toward(b, control, 6.0);
        Arrow { start: toward(a, control, 6.0), control, end: toward(tip, control, 0.9 * head), tip, width }
    }

    fn draw_pair(&self, svg: &mut Svg) {
        let Some([a, b]) = self.pair else { return };
        for class in [a, b] {
            svg.circle("pair", self.point(class), 8.0);
        }
        svg.line("pair", self.point(a), self.point(b));
    }

    fn draw_names(&self, svg: &mut Svg, mut taken: Vec<Rect>) {
        let square = |[x, y]: [f64; 2], r: f64| Rect { x: x - r, y: y - r, w: 2.0 * r, h: 2.0 * r };
        taken.extend((0..self.classes.len()).map(|c| square(self.point(c), 6.0)));
        // The words at the ends of the axes.
        for x in [CENTRE[0] - RADIUS - 24.0, CENTRE[0] + RADIUS + 6.0] {
            taken.push(Rect { x, y: CENTRE[1] - 32.0, w: 18.0, h: 64.0 });
        }
        let anchors: Vec<LabelAnchor> = (0..self.classes.len())
            .map(|c| LabelAnchor { at: self.point(c), size: [text_width(&self.classes[c], 12.0), 13.0] })
            .collect();
        let frame = Rect { x: 0.0, y: 0.0, w: WIDTH, h: PLOT_HEIGHT };
        for (c, place) in place_labels(&anchors, &taken, &frame).into_iter().enumerate() {
            let (at, [cx, cy]) = (self.point(c), place.centre());
            let (dx, dy) = ((at[0] - cx).abs() - 0.5 * place.w, (at[1] - cy).abs() - 0.5 * place.h);
            if dx.clamp(0.0, f64::INFINITY).hypot(dy.clamp(0.0, f64::INFINITY)) > 14.5 {
                let near = [at[0].clamp(place.x, place.x + place.w), at[1].clamp(place.y, place.y + place.h)];
                svg.line("leader", at, near);
            }
            svg.text("name halo", Align::Start, [place.x, place.y + 10.5], &self.classes[c]);
        }
    }
}

/// The unit circle, the axes and what their ends mean.
pub(super) fn draw_axes(svg: &mut Svg) {
    let [x, y] = CENTRE;
    svg.line("grid", [x - RADIUS, y], [x + RADIUS, y]);
    svg.line("grid", [x, y - RADIUS], [x, y + RADIUS]);
    svg.circle("ring", CENTRE, RADIUS);
    svg.circle("grid-ring", CENTRE, 0.5 * RADIUS);
    svg.text("note", Align::Middle, [x, y - RADIUS - 7.0], "arousal +1");
    svg.text("note", Align::Middle, [x, y + RADIUS + 15.0], "arousal −1");
    svg.text("note", Align::End, [WIDTH, y - RADIUS + 4.0], "unit circle");
    svg.text_turned("note", Align::Middle, [x + RADIUS + 14.0, y], 90.0, "valence +1");
    svg.text_turned("note", Align::Middle, [x - RADIUS - 14.0, y], -90.0, "valence −1");
}

/// The point `by` units from `from` on the way to `goal`.
fn toward(from: [f64; 2], goal: [f64; 2], by: f64) -> [f64; 2] {
    let (dx, dy) = (goal[0] - from[0], goal[1] - from[1]);
    let length = dx.hypot(dy).clamp(1e-6, f64::INFINITY);
    [from[0] + by * dx / length, from[1] + by * dy / length]
}

impl Arrow {
    /// The point at parameter `t` of the curve.
    fn at(&self, t: f64) -> [f64; 2] {
        let mix = |k: usize| {
            (1.0 - t) * (1.0 - t) * self.start[k]
                + 2.0 * t * (1.0 - t) * self.control[k]
                + t * t * self.end[k]
        };
        [mix(0), mix(1)]
    }

    /// Unit normal of the curve on its bulging side.
    fn outward(&self, t: f64) -> [f64; 2] {
        let slope = |k: usize| {
            2.0 * (1.0 - t) * (self.control[k] - self.start[k]) + 2.0 * t * (self.end[k] - self.control[k])
        };
        let (dx, dy) = (slope(0), slope(1));
        let length = dx.hypot(dy).clamp(1e-6, f64::INFINITY);
        [dy / length, -dx / length]
    }

    fn draw(&self, svg: &mut Svg, style: ArmStyle) {
        svg.curve(&format!("{} arrow", style.class()), self.start, self.control, self.end, self.width);
        let (dx, dy) = (self.tip[0] - self.end[0], self.tip[1] - self.end[1]);
        let half = 0.55;
        let corners = [
            self.tip,
            [self.end[0] - half * dy, self.end[1] + half * dx],
            [self.end[0] + half * dy, self.end[1] - half * dx],
        ];
        svg.polygon(&format!("{} head", style.class()), &corners, None);
    }
}

/// Puts the number of each arrow on it or beside it, where it covers no other number and no class.
///
/// Gives the place and the point of the arrow it belongs to.
fn badge_places(arrows: &[Arrow], points: &[[f64; 2]]) -> Vec<([f64; 2], [f64; 2])> {
    let mut places: Vec<([f64; 2], [f64; 2])> = Vec::new();
    for arrow in arrows {
        let crowding = |at: [f64; 2]| {
            let near = |other: [f64; 2], enough: f64| {
                (enough - (other[0] - at[0]).hypot(other[1] - at[1])).clamp(0.0, enough)
            };
            let numbers: f64 = places.iter().map(|(place, _)| near(*place, 18.0)).sum();
            let classes: f64 = points.iter().map(|point| near(*point, 14.0)).sum();
            3.0 * numbers + classes
        };
        let mut best = (f64::INFINITY, ([0.0, 0.0], [0.0, 0.0]));
        for aside in [0.0, 14.0, 24.0, 34.0, 46.0] {
            for t in [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74] {
                let on = arrow.at(t);
                let out = arrow.outward(t);
                let place = [on[0] + aside * out[0], on[1] + aside * out[1]];
                let cost = crowding(place) + 0.12 * aside;
                if cost < best.0 - 1e-9 {
                    best = (cost, (place, on));
                }
            }
        }
        places.push(best.1);
    }
    places
}

impl Figure for CircumplexMap {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let pair = self.pair.map_or_else(String::new, |[a, b]| {
            let (p, q) = (self.prototypes[a], self.prototypes[b]);
            let distance = (p[0] - q[0]).hypot(p[1] - q[1]);
            format!(
                " The dashed rings mark the degenerate pair {}–{}, {} apart.",
                self.classes[a],
                self.classes[b],
                NumberKind::Score.print(distance)
            )
        });
        format!(
            "Dots: class prototypes ({}). Arrows: the strongest confusions from the true to the predicted class, wider \
             for a larger share of the true class; the numbers refer to the list below, all seeds together.{pair}",
            self.source
        )
    }

    fn svg(&self) -> String {
        let mistakes = self.strongest();
        let arrows: Vec<Arrow> = mistakes.iter().map(|m| self.arrow(m)).collect();
        let points: Vec<[f64; 2]> = (0..self.classes.len()).map(|c| self.point(c)).collect();
        let mut svg = Svg::new(WIDTH, PLOT_HEIGHT + 18.0 * mistakes.len() as f64 + 6.0);
        draw_axes(&mut svg);
        for arrow in &arrows {
            arrow.draw(&mut svg, self.style);
        }
        self.draw_pair(&mut svg);
        for point in &points {
            svg.circle("proto", *point, 4.0);
        }
        let badges = badge_places(&arrows, &points);
        let badge = |svg: &mut Svg, at: [f64; 2], number: usize| {
            svg.circle(&format!("{} badge-ground", self.style.class()), at, 7.5);
            svg.text("badge", Align::Middle, [at[0], at[1] + 3.4], &number.to_string());
        };
        for (k, (at, on)) in badges.iter().enumerate() {
            svg.line("leader", *on, *at);
            badge(&mut svg, *at, k + 1);
        }
        let taken = badges.iter().map(|([x, y], _)| Rect { x: x - 8.0, y: y - 8.0, w: 16.0, h: 16.0 });
        self.draw_names(&mut svg, taken.collect());
        for (k, mistake) in mistakes.iter().enumerate() {
            let y = PLOT_HEIGHT + 18.0 * k as f64 + 6.0;
            badge(&mut svg, [52.0, y], k + 1);
            let text = format!("{} → {}", self.classes[mistake.from], self.classes[mistake.to]);
            svg.text("name", Align::Start, [68.0, y + 4.0], &text);
            let number = format!("{} ({})", NumberKind::Share.print(mistake.share), mistake.count);
            svg.text("name", Align::End, [WIDTH - 44.0, y + 4.0], &number);
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns = ["true class", "predicted class", "count", "share of true class", "distance"];
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        for mistake in self.strongest() {
            let (p, q) = (self.prototypes[mistake.from], self.prototypes[mistake.to]);
            table.rows.push(vec![
                Cell::text(&*self.classes[mistake.from]),
                Cell::text(&*self.classes[mistake.to]),
                Cell::Count(mistake.count),
                Cell::Number(NumberKind::Share, Some(mistake.share)),
                Cell::Number(NumberKind::Score, Some((p[0] - q[0]).hypot(p[1] - q[1]))),
            ]);
        }
        table
    }
}
