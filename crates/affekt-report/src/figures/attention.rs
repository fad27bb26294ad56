//! Where the attention of Ada-DF lies, by kind of face.

use crate::number::{NumberKind, decimals};
use crate::svg::{Align, ArmStyle, Scale, Svg, WIDTH};
use crate::{Cell, DataTable, Figure};

/// Bins from 0 to 1.
const N_BINS: usize = 20;
const LEFT: f64 = 34.0;
const RIGHT: f64 = 12.0;
const HEAD: f64 = 22.0;
const PLOT: f64 = 58.0;
const GAP: f64 = 10.0;
const FOOT: f64 = 36.0;

/// Faces of one kind.
#[derive(Clone, Debug)]
pub(crate) struct FaceKind {
    pub(crate) name: &'static str,
    /// What makes a face one of them; empty where there is but one kind.
    pub(crate) meaning: &'static str,
    pub(crate) attention: Vec<f64>,
}

/// The figure.
#[derive(Clone, Debug)]
pub(crate) struct AttentionHistogram {
    pub(crate) id: String,
    pub(crate) title: String,
    /// Arm and seed, as a sentence says them.
    pub(crate) run: String,
    pub(crate) kinds: Vec<FaceKind>,
}

impl FaceKind {
    /// Faces per bin; attention of exactly 1 is in the last.
    fn counts(&self) -> [u64; N_BINS] {
        let mut counts = [0; N_BINS];
        for a in &self.attention {
            let bin = (0..N_BINS).find(|b| *a < (b + 1) as f64 / N_BINS as f64).unwrap_or(N_BINS - 1);
            counts[bin] += 1;
        }
        counts
    }

    fn median(&self) -> Option<f64> {
        let mut sorted = self.attention.clone();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        (n > 0).then(|| 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]))
    }

    fn shares(&self) -> [f64; N_BINS] {
        let n = self.attention.len().max(1) as f64;
        self.counts().map(|count| count as f64 / n)
    }

    fn heading(&self) -> String {
        let (n, plural) = (self.attention.len(), if self.attention.len() == 1 { "" } else { "s" });
        match self.median() {
            Some(median) => format!("{}: {n} face{plural}, median {}", self.name, decimals(median, 2)),
            None => format!("{}: no face", self.name),
        }
    }
}

impl Figure for AttentionHistogram {
    fn id(&self) -> &str {
        &self.id
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> String {
        let meanings: Vec<String> = self
            .kinds
            .iter()
            .filter(|kind| !kind.meaning.is_empty())
            .map(|kind| format!("{} means that {}", kind.name, kind.meaning))
            .collect();
        let kinds =
            if meanings.is_empty() { String::new() } else { format!(" Here {}.", meanings.join("; ")) };
        let each = if meanings.is_empty() { "these faces" } else { "each kind" };
        format!(
            "Attention to the training faces of {}, from 0 to 1: bars are percent of {each}, the upright line is the \
             median.{kinds}",
            self.run
        )
    }

    fn svg(&self) -> String {
        let most = self.kinds.iter().flat_map(FaceKind::shares).fold(0.0, |a, b| if b > a { b } else { a });
        let x = Scale::new([0.0, 1.0], [LEFT, WIDTH - RIGHT]);
        let height = (HEAD + PLOT + GAP) * self.kinds.len() as f64;
        let mut svg = Svg::new(WIDTH, height - GAP + FOOT);
        for (k, kind) in self.kinds.iter().enumerate() {
            let top = (HEAD + PLOT + GAP) * k as f64 + HEAD;
            let bottom = top + PLOT;
            let style = ArmStyle::of(STYLES[k % STYLES.len()]);
            svg.text("strong", Align::Start, [LEFT, top - 7.0], &kind.heading());
            let y = Scale::new([0.0, 100.0 * most], [bottom, top]);
            y.draw_vertical(&mut svg, LEFT, WIDTH - RIGHT, true);
            for (b, share) in kind.shares().into_iter().enumerate().filter(|(_, share)| *share > 0.0) {
                let (from, to) = (x.at(b as f64 / N_BINS as f64), x.at((b + 1) as f64 / N_BINS as f64));
                let high = y.at(100.0 * share);
                svg.rect(
                    &format!("{} bar", style.class()),
                    [from + 0.5, high],
                    [to - from - 1.0, bottom - high],
                    1.0,
                );
            }
            svg.line("axis", [LEFT, bottom], [WIDTH - RIGHT, bottom]);
            if let Some(median) = kind.median() {
                svg.line("truth", [x.at(median), top], [x.at(median), bottom]);
            }
        }
        let bottom = height - GAP;
        for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
            svg.text("tick", Align::Middle, [x.at(tick), bottom + 14.0], &format!("{tick:.1}"));
        }
        svg.text(
            "note",
            Align::Middle,
            [x.at(0.5), bottom + 29.0],
            "attention (height: percent of the faces)",
        );
        svg.finish(&self.id, &self.title, &self.description())
    }

    fn table(&self) -> DataTable {
        let mut table = DataTable::new(&*self.id, &*self.title, &["attention"]);
        table.columns.extend(self.kinds.iter().map(|kind| format!("{}, faces", kind.name)));
        let counts: Vec<[u64; N_BINS]> = self.kinds.iter().map(FaceKind::counts).collect();
        for b in 0..N_BINS {
            let [low, high] = [b, b + 1].map(|edge| edge as f64 / N_BINS as f64);
            let mut row = vec![Cell::text(format!("{low:.2} to {high:.2}"))];
            row.extend(counts.iter().map(|counts| Cell::Count(counts[b])));
            table.rows.push(row);
        }
        let mut row = vec![Cell::text("median")];
        row.extend(self.kinds.iter().map(|kind| Cell::Number(NumberKind::Score, kind.median())));
        table.rows.push(row);
        table
    }
}

/// Looks of clear, ambiguous and mislabelled faces.
const STYLES: [usize; 3] = [2, 1, 7];
