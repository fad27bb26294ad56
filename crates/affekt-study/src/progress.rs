//! Telling people how a study is getting on.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::Instant;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::{EpochReport, Job, JobOutcome, JobStatus, Progress};

/// Progress on standard error: bars on a terminal, else a line for each run that comes out.
pub struct Console {
    total: usize,
    before: usize,
    came_out: usize,
    /// Of these, the ones that took no time.
    taken: usize,
    begun: Instant,
    bars: Option<Bars>,
}

struct Bars {
    all: MultiProgress,
    overall: ProgressBar,
    jobs: BTreeMap<String, ProgressBar>,
}

impl Console {
    /// For `to_do` jobs of a study of `total` runs.
    pub fn new(total: usize, to_do: usize) -> Self {
        let before = total.saturating_sub(to_do);
        let bars = std::io::stderr().is_terminal().then(|| Bars::new(total, before));
        Self { total, before, came_out: 0, taken: 0, begun: Instant::now(), bars }
    }

    fn say(&self, line: &str) {
        match &self.bars {
            Some(bars) => bars.overall.suspend(|| write_line(line)),
            None => write_line(line),
        }
    }

    /// Time left if the rest takes as long as what came out since the start.
    fn eta(&self) -> String {
        let left = self.total.saturating_sub(self.before + self.came_out);
        let trained = self.came_out - self.taken;
        if left == 0 || trained == 0 {
            return String::new();
        }
        let per_run = self.begun.elapsed().as_secs_f64() / trained as f64;
        format!(" (eta {})", duration(per_run * left as f64))
    }
}

impl Progress for Console {
    fn started(&mut self, job: &Job) {
        if let Some(bars) = &mut self.bars {
            bars.start(&job.id);
        }
    }

    fn advanced(&mut self, job: &Job, report: &EpochReport) {
        if let Some(bar) = self.bars.as_ref().and_then(|bars| bars.jobs.get(&job.id)) {
            bar.set_length(u64::from(report.epochs));
            bar.set_position(u64::from(report.epoch));
            bar.set_message(format!("loss {:.4}, {:.0} images/s", report.loss, report.images_per_second));
        }
    }

    fn finished(&mut self, outcome: &JobOutcome) {
        self.came_out += 1;
        self.taken += usize::from(matches!(outcome.status, JobStatus::Taken { .. }));
        if let Some(bars) = &mut self.bars {
            bars.end(&outcome.job.id);
        }
        let how = match &outcome.status {
            JobStatus::Done { seconds } => format!("done in {}", duration(*seconds)),
            JobStatus::Taken { from } => format!("taken from {from}"),
            JobStatus::Failed { how, .. } => format!("FAILED: {how}"),
            JobStatus::Held { owner } => {
                format!("skipped: held by pid {} on {}", owner.pid, owner.host)
            }
            JobStatus::Stopped => "stopped".to_owned(),
        };
        let nth = self.before + self.came_out;
        self.say(&format!("[{nth}/{}] {} {how}{}", self.total, outcome.job.id, self.eta()));
    }
}

impl Bars {
    fn new(total: usize, before: usize) -> Self {
        let all = MultiProgress::new();
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} runs, {elapsed} gone, {eta} left");
        let overall = all.add(styled(ProgressBar::new(total as u64), style));
        overall.set_position(before as u64);
        overall.reset_eta();
        overall.enable_steady_tick(std::time::Duration::from_secs(1));
        Self { all, overall, jobs: BTreeMap::new() }
    }

    fn start(&mut self, id: &str) {
        let style = ProgressStyle::with_template("{bar:12} {pos}/{len} {prefix} {msg}");
        let bar = self.all.add(styled(ProgressBar::new(1), style));
        bar.set_prefix(id.to_owned());
        bar.set_message("starting");
        self.jobs.insert(id.to_owned(), bar);
    }

    fn end(&mut self, id: &str) {
        if let Some(bar) = self.jobs.remove(id) {
            bar.finish_and_clear();
        }
        self.overall.inc(1);
    }
}

fn styled(bar: ProgressBar, style: Result<ProgressStyle, indicatif::style::TemplateError>) -> ProgressBar {
    // The templates are constants; a default bar still serves if one were wrong.
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn write_line(line: &str) {
    // A closed standard error is no reason to stop a study.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Seconds as people say them.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 5_970.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3_600.0),
    }
}
