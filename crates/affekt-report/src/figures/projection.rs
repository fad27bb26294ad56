//! Features of faces in two dimensions.

use crate::number::{NumberKind, mean_sd};
use crate::svg::{
    Align, ArmStyle, LabelAnchor, Rect, Scale, Svg, WIDTH, draw_marker, draw_markers, ellipsis, place_labels,
    text_width,
};
use crate::{Cell, DataTable, Figure};

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct Projection {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Which faces, of which run, by which features, as the end of "600 ...".
    pub(crate) what: String,
    /// Share of the variance along each direction; none where the file does not hold it.
    pub(crate) shares: Option<[f64; 2]>,
    pub(crate) classes: Vec<String>,
    /// Positions of the pair called degenerate, to be marked.
    pub(crate) pair: Option<[usize; 2]>,
    /// Class and place of each face.
    pub(crate) faces: Vec<(usize, [f64; 2])>,
}

const MARGIN: f64 = 10.0;
const TALLEST: f64 = 320.0;
const LEGEND_ROW: f64 = 18.0;

impl Projection {
    fn of_class(&self, class: usize) -> Vec<[f64; 2]> {
        self.faces.iter().filter(|(c, _)| *c == class).map(|(_, at)| *at).collect()
    }

    /// Mean and standard deviation of the places of a class along one direction.
    fn along(&self, class: usize, direction: usize) -> (Option<f64>, Option<f64>) {
        mean_sd(&self.of_class(class).iter().map(|at| at[direction]).collect::<Vec<_>>())
    }

    /// Equal units both ways, as large as fits; gives the scales and the height of the plot.
    fn scales(&self) -> (Scale, Scale, f64) {
        let range = |k: usize| {
            let values = self.faces.iter().map(|(_, at)| at[k]);
            values.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| {
                [if v < low { v } else { low }, if v > high { v } else { high }]
            })
        };
        let ([x0, x1], [y0, y1]) = (range(0), range(1));
        let (wide, high) = ((x1 - x0).abs() + 1e-9, (y1 - y0).abs() + 1e-9);
        let width = WIDTH - 2.0 * MARGIN;
        let (by_width, by_height) = (width / wide, (TALLEST - 2.0 * MARGIN) / high);
        let unit = if by_width < by_height { by_width } else { by_height };
        let height = (unit * high + 2.0 * MARGIN).clamp(80.0, TALLEST);
        let (middle_x, middle_y) = (0.5 * (x0 + x1), 0.5 * (y0 + y1));
        let x = Scale::new(
            [middle_x - 0.5 * width / unit, middle_x + 0.5 * width / unit],
            [MARGIN, WIDTH - MARGIN],
        );
        let half = 0.5 * (height - 2.0 * MARGIN) / unit;
        (x, Scale::new([middle_y - half, middle_y + half], [height - MARGIN, MARGIN]), height)
    }

    /// The pair, where both its classes have a face.
    fn marked(&self) -> Option<[usize; 2]> {
        self.pair.filter(|pair| pair.iter().all(|c| self.faces.iter().any(|(class, _)| class == c)))
    }

    fn axes(&self) -> String {
        let [first, second] = self.shares.map_or_else(
            || [String::new(), String::new()],
            |shares| shares.map(|share| format!(" ({})", NumberKind::Share.print(share))),
        );
        format!("first direction{first} → · second direction{second} ↑")
    }

    fn draw_pair(&self, svg: &mut Svg, x: &Scale, y: &Scale) {
        let mean = |c: usize| Some([x.at(self.along(c, 0).0?), y.at(self.along(c, 1).0?)]);
        if let Some([a, b]) = self.marked()
            && let (Some(a), Some(b)) = (mean(a), mean(b))
        {
            svg.line("pair", a, b);
            svg.circle("pair", a, 10.0);
            svg.circle("pair", b, 10.0);
        }
    }

    fn draw_names(&self, svg: &mut Svg, x: &Scale, y: &Scale, height: f64) {
        let named: Vec<(usize, LabelAnchor)> = (0..self.classes.len())
            .filter_map(|c| {
                let at = [x.at(self.along(c, 0).0?), y.at(self.along(c, 1).0?)];
                let size = [text_width(&ellipsis(&self.classes[c], 12.0, 90.0), 12.0) + 6.0, 13.0];
                Some((c, LabelAnchor { at, size }))
            })
            .collect();
        let frame = Rect { x: 0.0, y: 0.0, w: WIDTH, h: height };
        let anchors: Vec<LabelAnchor> = named.iter().map(|(_, anchor)| *anchor).collect();
        let marks = anchors.iter().map(|a| Rect { x: a.at[0] - 6.0, y: a.at[1] - 6.0, w: 12.0, h: 12.0 });
        let places = place_labels(&anchors, &marks.collect::<Vec<_>>(), &frame);
        for (c, anchor) in &named {
            svg.circle("badge-ground", anchor.at, 7.0);
            draw_marker(svg, ArmStyle::of(*c), anchor.at, 4.6, None);
        }
        for ((c, _), place) in named.iter().zip(places) {
            let [middle, centre] = place.centre();
            let name = ellipsis(&self.classes[*c], 12.0, 90.0);
            svg.text("strong halo", Align::Middle, [middle, centre + 4.0], &name);
        }
    }
}

impl Figure for Projection {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let pair = self.marked().map_or_else(String::new, |[a, b]| {
            format!(
                " The dashed line joins the means of the pair, {} and {}.",
                self.classes[a], self.classes[b]
            )
        });
        let shares = self.shares.map_or_else(String::new, |shares| {
            let [first, second] = shares.map(|share| NumberKind::Share.print(share));
            format!(" The first direction has {first} of the variance of all features, the second {second}.")
        });
        format!(
            "{} {} (principal components, no unit): near faces look alike to the network. Colour and shape tell the class \
             a face is labelled as, the ringed marks are the means of the classes.{pair}{shares}",
            self.faces.len(),
            self.what
        )
    }

    fn svg(&self) -> String {
        let (x, y, height) = self.scales();
        let present: Vec<usize> = (0..self.classes.len()).filter(|c| !self.of_class(*c).is_empty()).collect();
        let entry = |c: usize| format!("{} ({})", self.classes[c], self.of_class(c).len());
        let widest =
            present.iter().map(|c| text_width(&entry(*c), 10.5)).fold(40.0, |a, b| if b > a { b } else { a });
        let column = widest.clamp(40.0, 160.0) + 22.0;
        let columns = [4_usize, 3, 2].into_iter().find(|n| *n as f64 * column <= WIDTH).unwrap_or(1);
        let n_rows = present.len().div_ceil(columns);
        let mut svg = Svg::new(WIDTH, height + 22.0 + LEGEND_ROW * n_rows as f64);
        svg.rect("cell", [0.5, 0.5], [WIDTH - 1.0, height - 1.0], 1.0);
        for c in &present {
            let places: Vec<[f64; 2]> =
                self.of_class(*c).iter().map(|at| [x.at(at[0]), y.at(at[1])]).collect();
            draw_markers(&mut svg, ArmStyle::of(*c), &places, 2.5);
        }
        self.draw_pair(&mut svg, &x, &y);
        self.draw_names(&mut svg, &x, &y, height);
        svg.text("note", Align::End, [WIDTH, height + 12.0], &self.axes());
        for (k, c) in present.iter().enumerate() {
            let at = [column * (k % columns) as f64 + 6.0, height + 26.0 + LEGEND_ROW * (k / columns) as f64];
            draw_marker(&mut svg, ArmStyle::of(*c), at, 4.0, None);
            let text = ellipsis(&entry(*c), 10.5, column - 16.0);
            svg.text("note", Align::Start, [at[0] + 9.0, at[1] + 3.7], &text);
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns = ["class", "faces", "first direction, mean ± sd", "second direction, mean ± sd"];
        let title = self.shares.map_or_else(
            || self.title.clone(),
            |shares| {
                let [first, second] = shares.map(|share| NumberKind::Share.print(share));
                format!(
                    "{}; share of the variance: {first} along the first direction, {second} along the second",
                    self.title
                )
            },
        );
        let mut table = DataTable::new(&*self.id, title, &columns);
        for (c, class) in self.classes.iter().enumerate() {
            let mut row = vec![Cell::text(&**class), Cell::Count(self.of_class(c).len() as u64)];
            for direction in [0, 1] {
                let (mean, sd) = self.along(c, direction);
                row.push(if mean.is_some() {
                    Cell::Spread(mean, sd)
                } else {
                    Cell::Number(NumberKind::Score, None)
                });
            }
            table.rows.push(row);
        }
        table
    }
}
