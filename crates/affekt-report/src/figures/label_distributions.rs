//! What a few faces show, as Ada-DF sees it, as their class has it and as it is.

use crate::number::{NumberKind, decimals};
use crate::svg::{Align, Scale, Svg, WIDTH, ellipsis, text_width};
use crate::{Cell, DataTable, Figure};

/// One face.
#[derive(Clone, Debug)]
pub(crate) struct ShownFace {
    pub(crate) sample: String,
    /// Why it is shown.
    pub(crate) why: &'static str,
    /// Class trained as, and the one before noise where that differs.
    pub(crate) class: usize,
    pub(crate) clean: Option<usize>,
    pub(crate) attention: f64,
    pub(crate) label: Vec<f64>,
    /// Distribution of its class.
    pub(crate) of_class: Option<Vec<f64>>,
    pub(crate) truth: Option<Vec<f64>>,
}

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct LabelDistributions {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Arm and seed, as a sentence says them.
    pub(crate) run: String,
    pub(crate) classes: Vec<String>,
    pub(crate) faces: Vec<ShownFace>,
}

const ROW: f64 = 19.0;
/// Heading of a row of faces, and the lines above each face: attention, label, label before noise.
const ROW_HEAD: f64 = 20.0;
const LINE: f64 = 13.0;
const FOOT: f64 = 30.0;
const GAP: f64 = 20.0;
const LEGEND: f64 = 22.0;

impl LabelDistributions {
    fn knows_truth(&self) -> bool {
        self.faces.iter().any(|face| face.truth.is_some())
    }

    fn knows_class(&self) -> bool {
        self.faces.iter().any(|face| face.of_class.is_some())
    }

    /// Faces in rows of two, those of one reason together.
    fn rows(&self) -> Vec<&[ShownFace]> {
        self.faces.chunk_by(|a, b| a.why == b.why).flat_map(|alike| alike.chunks(2)).collect()
    }

    fn draw_face(&self, svg: &mut Svg, face: &ShownFace, [left, top]: [f64; 2], width: f64, head: f64) {
        let clean = face.clean.map(|clean| format!("before noise {}", self.classes[clean]));
        let lines = [
            format!("attention {}", decimals(face.attention, 2)),
            format!("labelled {}", self.classes[face.class]),
            clean.unwrap_or_default(),
        ];
        for (k, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
            let at = [left, top + 9.0 + LINE * k as f64];
            svg.text("note", Align::Start, at, &ellipsis(line, 10.5, width + 0.6 * GAP));
        }
        let (top, height) = (top + head, ROW * self.classes.len() as f64);
        let scale = Scale::new([0.0, 1.0], [left, left + width]);
        for (tick, label) in [(0.0, "0"), (0.5, "50"), (1.0, "100 %")] {
            let x = scale.at(tick);
            svg.line("grid", [x, top], [x, top + height]);
            let align = if tick >= 1.0 { Align::End } else { Align::Middle };
            svg.text("tick", align, [x, top + height + 12.0], label);
        }
        svg.line("axis", [left, top], [left, top + height]);
        for c in 0..self.classes.len() {
            let y = top + ROW * c as f64;
            let length = |share: f64| scale.at(share) - left;
            svg.rect("a2 bar", [left, y + 2.5], [length(face.label[c]), 6.5], 1.0);
            if let Some(of_class) = &face.of_class {
                svg.rect("a1 hollow", [left, y + 10.0], [length(of_class[c]), 5.5], 1.0);
            }
            if let Some(truth) = &face.truth {
                let x = scale.at(truth[c]);
                svg.line("truth", [x, y + 1.0], [x, y + ROW - 2.0]);
            }
        }
    }

    fn draw_legend(&self, svg: &mut Svg, y: f64) {
        let mut x = 0.0;
        let mut entry = |svg: &mut Svg, name: &str, draw: &dyn Fn(&mut Svg, f64)| {
            draw(svg, x);
            svg.text("name", Align::Start, [x + 24.0, y + 4.0], name);
            x += 24.0 + text_width(name, 12.0) + 12.0;
        };
        entry(svg, "this face", &|svg, x| svg.rect("a2 bar", [x, y - 3.5], [18.0, 7.0], 1.0));
        if self.knows_class() {
            entry(svg, "its class", &|svg, x| svg.rect("a1 hollow", [x, y - 3.0], [18.0, 6.0], 1.0));
        }
        if self.knows_truth() {
            entry(svg, "the truth", &|svg, x| svg.line("truth", [x + 9.0, y - 8.0], [x + 9.0, y + 8.0]));
        }
    }
}

/// Height of the lines above the faces of a row: one more where noise changed a label.
fn head(row: &[ShownFace]) -> f64 {
    let lines = if row.iter().any(|face| face.clean.is_some()) { 3.0 } else { 2.0 };
    LINE * lines + 6.0
}

impl Figure for LabelDistributions {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let class = if self.knows_class() {
            "; outlined bars: the distribution of the class it is labelled as"
        } else {
            ""
        };
        let truth = if self.knows_truth() { "; upright marks: the true posterior" } else { "" };
        let wrong = if self.faces.iter().any(|f| f.clean.is_some()) { ", and mislabelled ones" } else { "" };
        format!(
            "Training faces of {}, with the most and the least attention{wrong}. \
             Filled bars: the label distribution of the face, in percent{class}{truth}.",
            self.run
        )
    }

    fn svg(&self) -> String {
        let widest =
            self.classes.iter().map(|c| text_width(c, 11.0)).fold(0.0, |a, b| if b > a { b } else { a });
        let names = widest.clamp(24.0, 84.0) + 6.0;
        let width = 0.5 * (WIDTH - names - GAP - 2.0);
        let rows = self.rows();
        let heights: Vec<f64> =
            rows.iter().map(|row| ROW_HEAD + head(row) + ROW * self.classes.len() as f64 + FOOT).collect();
        let mut svg = Svg::new(WIDTH, LEGEND + heights.iter().sum::<f64>());
        self.draw_legend(&mut svg, 9.0);
        let mut top = LEGEND + ROW_HEAD;
        for (faces, height) in rows.into_iter().zip(heights) {
            let why = faces.first().map_or("", |face| face.why);
            svg.text("strong", Align::Start, [names, top - 6.0], why);
            for (c, class) in self.classes.iter().enumerate() {
                let at = [names - 5.0, top + head(faces) + ROW * c as f64 + 13.0];
                svg.text("share", Align::End, at, &ellipsis(class, 11.0, names - 5.0));
            }
            for (k, face) in faces.iter().enumerate() {
                self.draw_face(&mut svg, face, [names + (width + GAP) * k as f64, top], width, head(faces));
            }
            top += height;
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns = ["face", "why", "label", "before noise", "attention", "distribution"];
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        table.columns.extend(self.classes.iter().cloned());
        for face in &self.faces {
            let lines = [
                ("this face", Some(&face.label)),
                ("its class", face.of_class.as_ref()),
                ("the truth", face.truth.as_ref()),
            ];
            for (what, shares) in lines.into_iter().filter_map(|(what, shares)| Some((what, shares?))) {
                let clean = face.clean.map_or("as labelled", |clean| &*self.classes[clean]);
                let mut row = vec![
                    Cell::text(&*face.sample),
                    Cell::text(face.why),
                    Cell::text(&*self.classes[face.class]),
                    Cell::text(clean),
                    Cell::Number(NumberKind::Score, Some(face.attention)),
                    Cell::text(what),
                ];
                row.extend(shares.iter().map(|share| Cell::Number(NumberKind::Score, Some(*share))));
                table.rows.push(row);
            }
        }
        table
    }
}
