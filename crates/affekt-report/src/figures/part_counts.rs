//! Rows per class in each part of a dataset.

use crate::number::NumberKind;
use crate::svg::{Align, ArmStyle, Scale, Svg, WIDTH, draw_marker, ellipsis, text_width};
use crate::{Cell, DataTable, Figure};

/// Largest over smallest class from which the axis is logarithmic: a twentieth of a bar cannot be read.
const LOG_FROM: f64 = 20.0;
const ROW: f64 = 14.0;

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct PartCounts {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) classes: Vec<String>,
    /// Name and rows per class of each part; one without a name where there are no parts.
    pub(crate) parts: Vec<(String, Vec<u64>)>,
}

impl PartCounts {
    /// Rows of each class over all parts.
    fn totals(&self) -> Vec<u64> {
        (0..self.classes.len()).map(|c| self.parts.iter().map(|(_, counts)| counts[c]).sum()).collect()
    }

    fn is_log(&self) -> bool {
        let totals = self.totals();
        let least = totals.iter().copied().filter(|&n| n > 0).min().unwrap_or(1);
        let most = totals.iter().copied().max().unwrap_or(0);
        most as f64 > LOG_FROM * least as f64
    }

    fn share(&self, part: usize, class: usize) -> Option<f64> {
        let counts = &self.parts[part].1;
        let total: u64 = counts.iter().sum();
        (total > 0).then(|| counts[class] as f64 / total as f64)
    }

    /// The axis: of rows, or of their decimal logarithm.
    fn scale(&self, range: [f64; 2]) -> Scale {
        let most = self.parts.iter().flat_map(|(_, counts)| counts).copied().max().unwrap_or(0).max(1) as f64;
        Scale::new([0.0, if self.is_log() { most.log10() } else { most }], range)
    }

    fn draw_axis(&self, svg: &mut Svg, scale: &Scale, bottom: f64) {
        if !self.is_log() {
            return scale.draw_horizontal(svg, bottom, 0.0);
        }
        let most = self.parts.iter().flat_map(|(_, counts)| counts).copied().max().unwrap_or(0);
        for power in (0..20_u32).take_while(|&power| 10_u64.pow(power) <= most) {
            let x = scale.at(f64::from(power));
            svg.line("grid", [x, 0.0], [x, bottom]);
            svg.text("tick", Align::Middle, [x, bottom + 12.0], &10_u64.pow(power).to_string());
        }
    }

    fn text(&self, part: usize, class: usize) -> [String; 3] {
        let (name, counts) = &self.parts[part];
        [name.clone(), counts[class].to_string(), NumberKind::Share.print_option(self.share(part, class))]
    }
}

impl Figure for PartCounts {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let what = match (self.parts.len() > 1, self.is_log()) {
            (false, false) => "Bars: rows of each class; numbers: rows and share of all rows with a class.",
            (true, false) => "Bars: rows of each class in each part; numbers: rows and share of the part.",
            (false, true) => "Points: rows of each class; numbers: rows and share of all rows with a class.",
            (true, true) => "Points: rows of each class in each part; numbers: rows and share of the part.",
        };
        let log = " The axis is logarithmic, each line ten times the one before: the classes differ too much for bars.";
        format!("{what}{}", if self.is_log() { log } else { "" })
    }

    fn svg(&self) -> String {
        let widest = |list: &mut dyn Iterator<Item = f64>| list.fold(0.0, |a, b| if b > a { b } else { a });
        let n_parts = self.parts.len();
        let cells = || (0..n_parts).flat_map(|p| (0..self.classes.len()).map(move |c| (p, c)));
        let [part, count, share] =
            [0, 1, 2].map(|k| widest(&mut cells().map(|(p, c)| text_width(&self.text(p, c)[k], 10.5))));
        let left = widest(&mut self.classes.iter().map(|c| text_width(c, 12.0))).clamp(30.0, 130.0) + 8.0;
        // Columns at the right, each flush right: part, rows, share.
        let ends = [WIDTH - share - count - 20.0, WIDTH - share - 9.0, WIDTH];
        let right = ends[0] - part - 10.0;
        let group = ROW * n_parts as f64 + 8.0;
        let bottom = group * self.classes.len() as f64;
        let scale = self.scale([left, right]);
        let mut svg = Svg::new(WIDTH, bottom + 30.0);
        for c in (0..self.classes.len()).step_by(2) {
            svg.rect("stripe", [0.0, group * c as f64], [WIDTH, group], 1.0);
        }
        self.draw_axis(&mut svg, &scale, bottom);
        let unit = if self.is_log() { "rows, logarithmic" } else { "rows" };
        svg.text("note", Align::Middle, [0.5 * (left + right), bottom + 26.0], unit);
        for (c, class) in self.classes.iter().enumerate() {
            let top = group * c as f64 + 4.0;
            let name = ellipsis(class, 12.0, left - 6.0);
            svg.text("name", Align::Start, [2.0, top + 0.5 * ROW * n_parts as f64 + 4.0], &name);
            for p in 0..n_parts {
                let (y, rows) = (top + ROW * p as f64, self.parts[p].1[c]);
                let style = ArmStyle::of(PART_STYLES[p % PART_STYLES.len()]);
                if self.is_log() && rows > 0 {
                    let x = scale.at((rows as f64).log10());
                    let at = [x, y + 0.5 * ROW];
                    // Without parts there is nothing to tell apart by shape.
                    if n_parts == 1 {
                        svg.circle(&format!("{} bar", style.class()), at, 4.0);
                    } else {
                        draw_marker(&mut svg, style, at, 4.2, None);
                    }
                } else if rows > 0 {
                    let class = format!("{} bar", style.class());
                    svg.rect(&class, [left, y + 2.0], [scale.at(rows as f64) - left, ROW - 4.0], 1.0);
                }
                for (text, end) in self.text(p, c).iter().zip(ends) {
                    svg.text("note", Align::End, [end, y + 0.5 * ROW + 3.7], text);
                }
            }
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let mut table = DataTable::new(&*self.id, &*self.title, &["class"]);
        for (name, _) in &self.parts {
            let name = if name.is_empty() { "rows" } else { name };
            table.columns.extend([
                name.to_owned(),
                if self.parts.len() > 1 { format!("{name} share") } else { "share".to_owned() },
            ]);
        }
        for (c, class) in self.classes.iter().enumerate() {
            let mut row = vec![Cell::text(&**class)];
            for (p, (_, counts)) in self.parts.iter().enumerate() {
                row.extend([Cell::Count(counts[c]), Cell::Number(NumberKind::Share, self.share(p, c))]);
            }
            table.rows.push(row);
        }
        table
    }
}

/// Looks of train, valid, test and no part.
const PART_STYLES: [usize; 4] = [2, 1, 3, 0];
