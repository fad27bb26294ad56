//! Arms as rows, seeds as dots: one panel per measure.

use crate::number::{NumberKind, mean_sd};
use crate::svg::{
    Align, ArmStyle, OFF_AXIS, Scale, Svg, WIDTH, draw_edge, draw_marker, ellipsis, text_width,
};
use crate::{Cell, DataTable, Figure};

/// A level to compare all arms of a panel with.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) label: String,
    pub(crate) value: f64,
    /// Half width of the band about it.
    pub(crate) spread: Option<f64>,
}

/// One arm in one panel.
#[derive(Clone, Debug)]
pub(crate) struct DotRow {
    pub(crate) arm: String,
    pub(crate) style: ArmStyle,
    /// Value per seed, in seed order.
    pub(crate) points: Vec<(u64, f64)>,
    pub(crate) n_planned: usize,
    /// A level of this arm alone, such as chance.
    pub(crate) level: Option<f64>,
}

/// One measure over all arms.
#[derive(Clone, Debug)]
pub(crate) struct DotPanel {
    pub(crate) measure: String,
    /// How to read the level ticks, if there are any.
    pub(crate) note: Option<String>,
    pub(crate) rows: Vec<DotRow>,
    pub(crate) reference: Option<Reference>,
}

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct DotPanels {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) panels: Vec<DotPanel>,
    /// Draws a line through the dots of a seed.
    pub(crate) linked: bool,
}

/// Height of a row, and of one between whose neighbours seeds are joined.
const ROW: f64 = 25.0;
const LINKED_ROW: f64 = 38.0;
const RIGHT: f64 = 48.0;

impl DotRow {
    fn values(&self) -> Vec<f64> {
        self.points.iter().map(|(_, value)| *value).collect()
    }

    fn mean(&self) -> Option<f64> {
        mean_sd(&self.values()).0
    }
}

impl DotPanel {
    fn head(&self) -> f64 {
        22.0 + if self.note.is_some() { 14.0 } else { 0.0 }
            + if self.reference.is_some() { 14.0 } else { 0.0 }
    }

    fn height(&self, row: f64) -> f64 {
        self.head() + row * self.rows.len() as f64 + 30.0
    }

    fn scale(&self, left: f64) -> Scale {
        let rows = self.rows.iter().filter_map(|row| Some((row.mean()?, row.values())));
        let levels = self.rows.iter().filter_map(|row| row.level);
        let reference = self.reference.iter().flat_map(|r| {
            let spread = r.spread.unwrap_or(0.0);
            [r.value - spread, r.value + spread]
        });
        let always: Vec<f64> = reference.chain(levels).collect();
        Scale::around_most(&rows.collect::<Vec<_>>(), &always, [left, WIDTH - RIGHT - 6.0])
    }

    /// Whether an arm lies off the axis.
    fn leaves_off(&self) -> bool {
        let scale = self.scale(0.0);
        self.rows.iter().filter_map(DotRow::mean).any(|mean| scale.beyond(mean).is_some())
    }

    fn draw(&self, svg: &mut Svg, top: f64, left: f64, row_height: f64, linked: bool) {
        svg.text("strong", Align::Start, [0.0, top + 13.0], &self.measure);
        if let Some(note) = &self.note {
            svg.text("note", Align::Start, [0.0, top + 28.0], note);
        }
        let scale = self.scale(left);
        let first = top + self.head();
        let bottom = first + row_height * self.rows.len() as f64;
        for k in (1..self.rows.len()).step_by(2) {
            svg.rect("stripe", [0.0, first + row_height * k as f64], [WIDTH, row_height], 1.0);
        }
        scale.draw_horizontal(svg, bottom + 3.0, first);
        if let Some(reference) = &self.reference {
            draw_reference(svg, reference, &scale, [first, bottom + 3.0]);
        }
        let middle = |k: usize| first + row_height * (k as f64 + 0.5);
        if linked {
            self.draw_links(svg, &scale, middle);
        }
        for (k, row) in self.rows.iter().enumerate() {
            draw_row(svg, row, &scale, middle(k), left);
        }
    }

    fn draw_links(&self, svg: &mut Svg, scale: &Scale, middle: impl Fn(usize) -> f64) {
        for (k, pair) in self.rows.windows(2).enumerate() {
            for (seed, value) in &pair[0].points {
                // A seed missing in either arm leaves a gap, not a line past it.
                if let Some((_, next)) = pair[1].points.iter().find(|(other, _)| other == seed) {
                    svg.line(
                        "seed",
                        [scale.clamped(*value), middle(k)],
                        [scale.clamped(*next), middle(k + 1)],
                    );
                }
            }
        }
    }
}

/// The level's line with its band and its value, kept inside the drawing.
fn draw_reference(svg: &mut Svg, reference: &Reference, scale: &Scale, [first, bottom]: [f64; 2]) {
    let x = scale.at(reference.value);
    if let Some(spread) = reference.spread {
        let from = scale.at(reference.value - spread);
        svg.rect(
            "bound-band",
            [from, first],
            [scale.at(reference.value + spread) - from, bottom - first],
            0.14,
        );
    }
    svg.line("bound", [x, first - 4.0], [x, bottom]);
    let text = format!("{} {}", reference.label, NumberKind::Score.print(reference.value));
    let half = 0.5 * text_width(&text, 10.5);
    let centre = x.clamp(half, WIDTH - half);
    svg.text("bound-text", Align::Middle, [centre, first - 7.0], &text);
}

fn draw_row(svg: &mut Svg, row: &DotRow, scale: &Scale, y: f64, left: f64) {
    svg.text("name", Align::Start, [0.0, y + 4.0], &ellipsis(&row.arm, 12.0, left - 10.0));
    if let Some(level) = row.level {
        let x = scale.at(level);
        svg.line("bound-tick", [x, y - 9.0], [x, y + 9.0]);
    }
    for (seed, value) in row.points.iter().filter(|(_, value)| scale.beyond(*value).is_none()) {
        let tip = format!("{}, seed {seed}: {}", row.arm, NumberKind::Score.print(*value));
        svg.dot(&format!("{} seed-dot", row.style.class()), [scale.at(*value), y], 2.8, Some(&tip));
    }
    let mean = row.mean();
    if let Some(mean) = mean {
        let tip = format!("{}, mean {}", row.arm, NumberKind::Score.print(mean));
        match scale.beyond(mean) {
            Some(side) => draw_edge(svg, row.style, [scale.clamped(mean), y], side, &tip),
            None => draw_marker(svg, row.style, [scale.at(mean), y], 5.2, Some(&tip)),
        }
    }
    let whole = row.points.len() == row.n_planned;
    let text = mean.map_or_else(|| "no run".to_owned(), |m| NumberKind::Score.print(m));
    svg.text("strong", Align::End, [WIDTH - 2.0, y + if whole { 4.0 } else { 0.0 }], &text);
    if !whole {
        let note = format!("{} of {}", row.points.len(), row.n_planned);
        svg.text("note", Align::End, [WIDTH - 2.0, y + 11.0], &note);
    }
}

impl Figure for DotPanels {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let is_off = self.panels.iter().any(DotPanel::leaves_off);
        self.description.clone() + if is_off { OFF_AXIS } else { "" }
    }

    fn svg(&self) -> String {
        let names = self.panels.iter().flat_map(|panel| panel.rows.iter().map(|row| row.arm.as_str()));
        let widest = names.map(|name| text_width(name, 12.0)).fold(0.0, |a, b| if b > a { b } else { a });
        let left = widest.clamp(40.0, 118.0) + 14.0;
        let row = if self.linked { LINKED_ROW } else { ROW };
        let height: f64 = self.panels.iter().map(|panel| panel.height(row)).sum();

        let mut svg = Svg::new(WIDTH, height);
        let mut top = 0.0;
        for panel in &self.panels {
            panel.draw(&mut svg, top, left, row, self.linked);
            top += panel.height(row);
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let mut columns = vec!["measure", "arm", "n", "planned", "mean ± sd"];
        let has_reference = self.panels.iter().any(|panel| panel.reference.is_some());
        let has_level = self.panels.iter().any(|panel| panel.rows.iter().any(|row| row.level.is_some()));
        if has_reference {
            columns.extend(["limit", "limit − mean"]);
        }
        if has_level {
            columns.push("chance");
        }
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        for panel in &self.panels {
            for row in &panel.rows {
                let (mean, sd) = mean_sd(&row.values());
                let mut cells = vec![
                    Cell::text(&*panel.measure),
                    Cell::text(&*row.arm),
                    Cell::Count(row.points.len() as u64),
                    Cell::Count(row.n_planned as u64),
                    Cell::Spread(mean, sd),
                ];
                if has_reference {
                    let limit = panel.reference.as_ref().map(|r| r.value);
                    let gap = limit.and_then(|limit| mean.map(|mean| limit - mean));
                    cells.push(Cell::Number(NumberKind::Score, limit));
                    cells.push(Cell::Number(NumberKind::Difference, gap));
                }
                if has_level {
                    cells.push(Cell::Number(NumberKind::Score, row.level));
                }
                table.rows.push(cells);
            }
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arm_that_did_not_learn_is_a_triangle_at_the_edge_with_its_number() {
        let row = |(k, mean): (usize, f64)| DotRow {
            arm: format!("arm-{k}"),
            style: ArmStyle::of(k),
            points: vec![(0, mean - 0.01), (1, mean + 0.01)],
            n_planned: 2,
            level: None,
        };
        let figure = |last: f64| DotPanels {
            id: "dots".to_owned(),
            title: "t".to_owned(),
            description: "Dots.".to_owned(),
            panels: vec![DotPanel {
                measure: "macro-F1".to_owned(),
                note: None,
                rows: [0.64, 0.65, 0.66, 0.67, 0.68, last].into_iter().enumerate().map(row).collect(),
                reference: Some(Reference { label: "limit".to_owned(), value: 0.8, spread: None }),
            }],
            linked: true,
        };
        let (far, near) = (figure(0.16), figure(0.63));
        let count = |figure: &DotPanels, what: &str| figure.svg().matches(what).count();
        assert_eq!((count(&near, "seed-dot"), count(&far, "seed-dot")), (12, 10), "its seeds are off too");
        assert_eq!((near.description().len(), far.description().len()), (5, 5 + OFF_AXIS.len()));
        assert_eq!((count(&far, ">0.1600<"), count(&far, "arm-5, mean 0.1600")), (1, 1));
        assert_eq!(count(&far, OFF_AXIS.trim()), 1, "the caption of the file says it too");
        assert_eq!(count(&far, "=\"-"), 0, "nothing is drawn left of the drawing");
    }
}
