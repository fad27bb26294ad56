//! How far preparing is: a bar on a terminal, a line now and then elsewhere, the rate at the end.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use affekt_face::ShardDone;
use indicatif::{ProgressBar, ProgressStyle};

/// Time between two lines where there is no terminal.
const QUIET: Duration = Duration::from_secs(10);

/// Counts faces as shards are finished.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    started: Instant,
    told: Instant,
    made: usize,
    kept: usize,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} faces, {per_sec}, {eta} left");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        let now = Instant::now();
        Self { bar, started: now, told: now, made: 0, kept: 0 }
    }

    /// Takes note of a shard.
    pub(crate) fn shard(&mut self, done: &ShardDone) {
        let n = done.rows.len();
        let count = if done.kept { &mut self.kept } else { &mut self.made };
        *count += n;
        match &self.bar {
            Some(bar) => {
                bar.set_length(done.of as u64);
                bar.set_position(done.rows.end as u64);
            }
            None if self.told.elapsed() >= QUIET => {
                self.told = Instant::now();
                eprintln!("{} of {} faces", done.rows.end, done.of);
            }
            None => {}
        }
    }

    /// Says how many there were and how fast they came.
    pub(crate) fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.started.elapsed().as_secs_f64();
        let kept = if self.kept > 0 { format!(", {} kept from before", self.kept) } else { String::new() };
        let rate = self.made as f64 / seconds;
        eprintln!("{} pictures in {seconds:.1} s, {rate:.0} images/s{kept}", self.made);
    }
}
