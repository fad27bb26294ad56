//! F1 of each class with intervals over seeds.

use crate::number::{NumberKind, mean_sd};
use crate::svg::{Align, ArmStyle, Scale, Svg, WIDTH, draw_marker, ellipsis, text_width};
use crate::{Cell, DataTable, Figure};

/// Confidence of the intervals.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// F1 of one class under one arm.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ClassF1 {
    /// Values of the seeds where the score is defined.
    pub(crate) values: Vec<f64>,
    /// t interval; none below two values.
    pub(crate) interval: Option<(f64, f64)>,
}

/// One arm in all classes.
#[derive(Clone, Debug)]
pub(crate) struct ArmF1 {
    pub(crate) arm: String,
    pub(crate) style: ArmStyle,
    pub(crate) classes: Vec<ClassF1>,
}

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct PerClassF1 {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) classes: Vec<String>,
    pub(crate) arms: Vec<ArmF1>,
    /// F1 per class of the best rule, where the truth is known.
    pub(crate) limit: Option<Vec<f64>>,
}

const ROW: f64 = 11.0;

impl PerClassF1 {
    /// Draws the legend, one entry after the other in as many lines as needed; gives its height.
    fn draw_legend(&self, svg: &mut Svg) -> f64 {
        let (mut x, mut y) = (0.0, 10.0);
        for arm in &self.arms {
            let name = ellipsis(&arm.arm, 12.0, WIDTH - 30.0);
            let width = 18.0 + text_width(&name, 12.0) + 10.0;
            if x + width > WIDTH && x > 0.0 {
                (x, y) = (0.0, y + 18.0);
            }
            draw_marker(svg, arm.style, [x + 6.0, y], 4.2, None);
            svg.text("name", Align::Start, [x + 16.0, y + 4.0], &name);
            x += width;
        }
        if self.limit.is_some() {
            let width = 18.0 + text_width("Bayes-limit rule", 12.0);
            if x + width > WIDTH {
                (x, y) = (0.0, y + 18.0);
            }
            svg.line("bound-tick", [x + 6.0, y - 6.0], [x + 6.0, y + 6.0]);
            svg.text("name", Align::Start, [x + 16.0, y + 4.0], "Bayes-limit rule");
        }
        y + 16.0
    }
}

impl Figure for PerClassF1 {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let counts = self.arms.iter().flat_map(|arm| arm.classes.iter().map(|c| c.values.len()));
        let (least, most) = counts.fold((usize::MAX, 0), |(a, b), n| (a.min(n), b.max(n)));
        let n =
            if least == most { format!("n = {most}") } else { format!("n = {} to {most}", least.min(most)) };
        let limit = if self.limit.is_some() {
            " The vertical tick is the expected F1 of the rule best for macro-F1. It is not a bound for one class: an arm \
             may pass it there and lose more elsewhere."
        } else {
            ""
        };
        format!(
            "Marker: mean over seeds ({n}); line: {:.0} % t interval of that mean over seeds. It speaks of training \
             noise only, not of new subjects.{limit}",
            100.0 * CONFIDENCE
        )
    }

    fn svg(&self) -> String {
        let widest =
            self.classes.iter().map(|c| text_width(c, 12.0)).fold(0.0, |a, b| if b > a { b } else { a });
        let left = widest.clamp(30.0, 90.0) + 10.0;
        let group = (ROW * self.arms.len() as f64).clamp(16.0, f64::INFINITY) + 8.0;
        // The legend's height is known only once drawn; a dry run measures it.
        let legend = self.draw_legend(&mut Svg::new(WIDTH, 0.0));
        let bottom = legend + group * self.classes.len() as f64;
        let mut svg = Svg::new(WIDTH, bottom + 30.0);
        self.draw_legend(&mut svg);
        for k in (0..self.classes.len()).step_by(2) {
            svg.rect("stripe", [0.0, legend + group * k as f64], [WIDTH, group], 1.0);
        }
        let scale = Scale::new([0.0, 1.0], [left, WIDTH - 10.0]);
        scale.draw_horizontal(&mut svg, bottom + 3.0, legend);
        svg.text("note", Align::Start, [0.0, bottom + 15.0], "F1");
        for (c, class) in self.classes.iter().enumerate() {
            let top = legend + group * c as f64;
            let name = ellipsis(class, 12.0, left - 10.0);
            svg.text("name", Align::Start, [2.0, top + 0.5 * group + 4.0], &name);
            if let Some(limit) = self.limit.as_ref().and_then(|l| l.get(c)) {
                let x = scale.clamped(*limit);
                svg.line("bound-tick", [x, top + 2.0], [x, top + group - 2.0]);
            }
            let start = top + 0.5 * (group - ROW * self.arms.len() as f64);
            for (a, arm) in self.arms.iter().enumerate() {
                draw_arm(&mut svg, arm, &arm.classes[c], class, &scale, start + ROW * (a as f64 + 0.5));
            }
        }
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let columns = ["class", "arm", "n", "mean ± sd", "interval low", "interval high"];
        let mut table = DataTable::new(&*self.id, &*self.title, &columns);
        if self.limit.is_some() {
            table.columns.push("Bayes-limit rule".to_owned());
        }
        for (c, class) in self.classes.iter().enumerate() {
            for arm in &self.arms {
                let score = &arm.classes[c];
                let (mean, sd) = mean_sd(&score.values);
                let mut row = vec![
                    Cell::text(&**class),
                    Cell::text(&*arm.arm),
                    Cell::Count(score.values.len() as u64),
                    Cell::Spread(mean, sd),
                    Cell::Number(NumberKind::Score, score.interval.map(|i| i.0)),
                    Cell::Number(NumberKind::Score, score.interval.map(|i| i.1)),
                ];
                if let Some(limit) = &self.limit {
                    row.push(Cell::Number(NumberKind::Score, limit.get(c).copied()));
                }
                table.rows.push(row);
            }
        }
        table
    }
}

fn draw_arm(svg: &mut Svg, arm: &ArmF1, score: &ClassF1, class: &str, scale: &Scale, y: f64) {
    let Some(mean) = mean_sd(&score.values).0 else { return };
    if let Some((low, high)) = score.interval {
        let class = format!("{} whisker", arm.style.class());
        svg.line(&class, [scale.clamped(low), y], [scale.clamped(high), y]);
    }
    let tip = format!("{class}, {}: {}", arm.arm, NumberKind::Score.print(mean));
    draw_marker(svg, arm.style, [scale.at(mean), y], 3.9, Some(&tip));
}
