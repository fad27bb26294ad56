//! All contrasts of a dataset: estimate, exact interval, equivalence margin.

use affekt_artifact::TestRow;

use crate::number::{NumberKind, interval};
use crate::svg::{
    Align, ArmStyle, OFF_AXIS, Scale, Svg, WIDTH, draw_edge, draw_marker, ellipsis, text_width,
};
use crate::{Cell, DataTable, Figure};

/// Forest plot; one panel per metric, since metrics have their own scales.
#[derive(Clone, Debug)]
pub(crate) struct Forest {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Contrasts with the look of their treatment arm.
    pub(crate) rows: Vec<(TestRow, ArmStyle)>,
}

const ROW: f64 = 38.0;

/// Forest plot of contrasts, for tables that no study wrote; a treatment arm looks the same in every panel.
pub fn contrast_forest(id: String, title: String, rows: Vec<TestRow>) -> impl Figure {
    let mut arms: Vec<String> = Vec::new();
    let rows = rows.into_iter().map(|row| {
        let known = arms.iter().position(|arm| *arm == row.treatment);
        let index = known.unwrap_or_else(|| {
            arms.push(row.treatment.clone());
            arms.len() - 1
        });
        // The first look of the palette is for controls.
        (row, ArmStyle::of(index + 1))
    });
    Forest { id, title, rows: rows.collect() }
}

impl Forest {
    fn metrics(&self) -> Vec<&str> {
        let mut list: Vec<&str> = Vec::new();
        for (row, _) in &self.rows {
            if !list.contains(&row.metric.as_str()) {
                list.push(&row.metric);
            }
        }
        list
    }

    fn rows_of<'a>(&'a self, metric: &'a str) -> impl Iterator<Item = &'a (TestRow, ArmStyle)> + 'a {
        self.rows.iter().filter(move |(row, _)| row.metric == metric)
    }

    fn scale(&self, metric: &str) -> Scale {
        let ends = |row: &TestRow| row.ci_low.into_iter().chain(row.ci_high).collect();
        let rows: Vec<_> = self.rows_of(metric).map(|(row, _)| (row.hodges_lehmann, ends(row))).collect();
        let margins = self.rows_of(metric).filter_map(|(row, _)| row.margin);
        let always: Vec<f64> = margins.flat_map(|margin| [-margin, margin]).chain([0.0]).collect();
        Scale::around_most(&rows, &always, [8.0, WIDTH - 8.0])
    }

    fn panel(&self, svg: &mut Svg, metric: &str, top: f64) -> f64 {
        let n = self.rows_of(metric).count() as f64;
        let (first, bottom) = (top + 24.0, top + 24.0 + ROW * n);
        svg.text("strong", Align::Start, [0.0, top + 13.0], &format!("{metric}: treatment − control"));
        let scale = self.scale(metric);
        for (k, (row, _)) in self.rows_of(metric).enumerate() {
            if let Some(margin) = row.margin {
                let (from, to) = (scale.at(-margin), scale.at(margin));
                svg.rect("band", [from, first + ROW * k as f64 + 17.0], [to - from, ROW - 19.0], 1.0);
            }
        }
        scale.draw_horizontal(svg, bottom + 2.0, bottom - 2.0);
        for (k, (row, style)) in self.rows_of(metric).enumerate() {
            draw_contrast(svg, row, *style, &scale, first + ROW * k as f64);
        }
        bottom + 30.0
    }
}

fn contrast_name(row: &TestRow) -> String {
    let mark = if row.family == "primary" { "★ " } else { "" };
    format!("{mark}{} − {}", row.treatment, row.control)
}

fn draw_contrast(svg: &mut Svg, row: &TestRow, style: ArmStyle, scale: &Scale, top: f64) {
    let number = format!(
        "{} {}",
        NumberKind::Difference.print(row.hodges_lehmann),
        if row.ci_low.is_some() {
            interval(row.ci_low, row.ci_high)
        } else {
            format!("no interval, n {}", row.n)
        }
    );
    let room = WIDTH - text_width(&number, 10.5) - 6.0;
    let class = if row.family == "primary" { "strong" } else { "name" };
    svg.text(class, Align::Start, [0.0, top + 12.0], &ellipsis(&contrast_name(row), 12.0, room));
    svg.text("note", Align::End, [WIDTH, top + 12.0], &number);
    let y = top + 26.0;
    let zero = scale.at(0.0);
    svg.line("zero", [zero, top + 17.0], [zero, top + ROW - 2.0]);
    let tip = format!("{}: {number}", contrast_name(row));
    if let Some(side) = scale.beyond(row.hodges_lehmann) {
        draw_edge(svg, style, [scale.clamped(row.hodges_lehmann), y], side, &tip);
        return;
    }
    if let (Some(low), Some(high)) = (row.ci_low, row.ci_high) {
        let class = format!("{} whisker", style.class());
        let (low, high) = (scale.at(low), scale.at(high));
        svg.line(&class, [low, y], [high, y]);
        for end in [low, high] {
            svg.line(&class, [end, y - 4.0], [end, y + 4.0]);
        }
    }
    draw_marker(svg, style, [scale.at(row.hodges_lehmann), y], 5.0, Some(&tip));
}

impl Figure for Forest {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let is_off =
            self.rows.iter().any(|(row, _)| self.scale(&row.metric).beyond(row.hodges_lehmann).is_some());
        "Marker: Hodges-Lehmann estimate of the paired difference; whiskers: its exact interval at confidence 1 − level, \
         or the next one above that so few pairs have (absent where they have none); band: the equivalence margin \
         declared beforehand. A whisker that leaves out the zero line speaks for a difference. Equivalence is judged at \
         1 − 2 level, by less than the whisker shows: an arm may be equivalent though its whisker leaves the band, and \
         the verdict in the tables decides. A star marks the primary contrast."
            .to_owned()
            + if is_off { OFF_AXIS } else { "" }
    }

    fn svg(&self) -> String {
        let metrics = self.metrics();
        let height = 54.0 * metrics.len() as f64 + ROW * self.rows.len() as f64;
        let mut svg = Svg::new(WIDTH, height);
        let mut top = 0.0;
        for metric in metrics {
            top = self.panel(&mut svg, metric, top);
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns = [
            "metric",
            "treatment",
            "control",
            "family",
            "n",
            "HL estimate",
            "CI low",
            "CI high",
            "margin",
            "verdict",
        ];
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        for (row, _) in &self.rows {
            let difference = |value| Cell::Number(NumberKind::Difference, value);
            table.rows.push(vec![
                Cell::text(&*row.metric),
                Cell::text(&*row.treatment),
                Cell::text(&*row.control),
                Cell::text(&*row.family),
                Cell::Count(row.n),
                difference(Some(row.hodges_lehmann)),
                difference(row.ci_low),
                difference(row.ci_high),
                row.margin.map_or(Cell::Hole, |m| Cell::Number(NumberKind::Score, Some(m))),
                Cell::text(&*row.verdict),
            ]);
        }
        table
    }
}
