//! How often each action unit is present.

use crate::data_page::{DataAu, DataPart};
use crate::number::NumberKind;
use crate::svg::{Align, Scale, Svg, WIDTH, text_width};
use crate::{Cell, DataTable, Figure};

const ROW: f64 = 20.0;

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct AuRates {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) whole: Vec<DataAu>,
    /// Name and action units of each part.
    pub(crate) parts: Vec<(String, Vec<DataAu>)>,
}

impl AuRates {
    pub(crate) fn of(whole: &DataPart, parts: &[DataPart]) -> Self {
        Self {
            id: "au-rates".to_owned(),
            title: "Presence of each action unit".to_owned(),
            whole: whole.aus.clone(),
            parts: parts.iter().map(|part| (part.name.clone(), part.aus.clone())).collect(),
        }
    }
}

impl DataAu {
    fn rate(&self) -> Option<f64> {
        (self.labelled > 0).then(|| self.present as f64 / self.labelled as f64)
    }
}

impl Figure for AuRates {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        "Bars: share of the rows coded for the unit on which it is present; beside them the share, and the rows \
         it was coded on."
            .to_owned()
    }

    fn svg(&self) -> String {
        let widest = |list: &mut dyn Iterator<Item = f64>| list.fold(0.0, |a, b| if b > a { b } else { a });
        let texts: Vec<[String; 2]> = self
            .whole
            .iter()
            .map(|au| match au.rate() {
                Some(rate) => [NumberKind::Share.print(rate), format!("of {}", au.labelled)],
                None => ["not coded".to_owned(), String::new()],
            })
            .collect();
        let [share, rows] = [0, 1].map(|k| widest(&mut texts.iter().map(|t| text_width(&t[k], 10.5))));
        let left = widest(&mut self.whole.iter().map(|au| text_width(&au.name, 12.0))) + 8.0;
        let ends = [WIDTH - rows - 6.0, WIDTH];
        let right = ends[0] - share - 10.0;
        let most = widest(&mut self.whole.iter().filter_map(DataAu::rate)).clamp(0.01, 1.0);
        let scale = Scale::new([0.0, 100.0 * most], [left, right]);
        let bottom = ROW * self.whole.len() as f64;
        let mut svg = Svg::new(WIDTH, bottom + 30.0);
        for k in (0..self.whole.len()).step_by(2) {
            svg.rect("stripe", [0.0, ROW * k as f64], [WIDTH, ROW], 1.0);
        }
        scale.draw_horizontal(&mut svg, bottom, 0.0);
        svg.text("note", Align::Middle, [0.5 * (left + right), bottom + 26.0], "present, % of coded rows");
        for (k, (au, text)) in self.whole.iter().zip(&texts).enumerate() {
            let y = ROW * k as f64;
            svg.text("name", Align::Start, [2.0, y + 0.5 * ROW + 4.0], &au.name);
            let length = scale.at(100.0 * au.rate().unwrap_or(0.0)) - left;
            if length > 0.0 {
                svg.rect("a2 bar", [left, y + 4.0], [length, ROW - 8.0], 1.0);
            }
            for (text, end) in text.iter().zip(ends) {
                svg.text("note", Align::End, [end, y + 0.5 * ROW + 3.7], text);
            }
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let mut table = DataTable::new(&*self.id, &*self.title, &["action unit", "coded", "present", "rate"]);
        table.columns.extend(self.parts.iter().map(|(name, _)| format!("rate in {name}")));
        for (k, au) in self.whole.iter().enumerate() {
            let rate = |au: &DataAu| {
                au.rate().map_or(Cell::Hole, |rate| Cell::Number(NumberKind::Share, Some(rate)))
            };
            let mut row =
                vec![Cell::text(&*au.name), Cell::Count(au.labelled), Cell::Count(au.present), rate(au)];
            row.extend(self.parts.iter().map(|(_, aus)| aus.get(k).map_or(Cell::Hole, rate)));
            table.rows.push(row);
        }
        table
    }
}
