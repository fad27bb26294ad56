//! The table `cargo xtask test` ends with.

use std::fmt::Write;
use std::time::Duration;

use super::Verdict;

/// Steps as they came out, in order.
#[derive(Default)]
pub(super) struct Report {
    rows: Vec<(&'static str, Verdict, Duration)>,
}

impl Report {
    pub(super) fn add(&mut self, name: &'static str, verdict: Verdict, took: Duration) {
        self.rows.push((name, verdict, took));
    }

    pub(super) fn failed(&self) -> usize {
        self.count(|verdict| matches!(verdict, Verdict::Failed(_)))
    }

    fn count(&self, which: impl Fn(&Verdict) -> bool) -> usize {
        self.rows.iter().filter(|(_, verdict, _)| which(verdict)).count()
    }

    /// The table, the tests that said they were skipped, and the closing line. Steps are counted, and among the
    /// skipped also each such test.
    pub(super) fn render(&self, skip_log: &str) -> String {
        let mut text = String::from("\n");
        for (name, verdict, took) in &self.rows {
            let (word, why) = match verdict {
                Verdict::Passed => ("passed", ""),
                Verdict::Failed(why) => ("FAILED", why.lines().next().unwrap_or_default()),
                Verdict::Skipped(why) => ("skipped", why.as_str()),
            };
            let line = format!("{name:<28} {word:<8} {:>7.1} s  {why}", took.as_secs_f64());
            writeln!(text, "{}", line.trim_end()).expect("because a String takes every write");
        }
        let tests: Vec<&str> = skip_log.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        for test in &tests {
            writeln!(text, "skipped test: {test}").expect("because a String takes every write");
        }
        let passed = self.count(|verdict| *verdict == Verdict::Passed);
        let skipped = self.count(|verdict| matches!(verdict, Verdict::Skipped(_))) + tests.len();
        writeln!(text, "\n{passed} passed, {} failed, {skipped} skipped", self.failed())
            .expect("because a String takes every write");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_steps_and_skipped_tests() {
        let mut report = Report::default();
        report.add("format", Verdict::Passed, Duration::from_millis(1500));
        report.add("clippy", Verdict::Failed("exit status: 101\nmore".into()), Duration::ZERO);
        report.add("cargo-deny", Verdict::Skipped("not installed".into()), Duration::ZERO);
        let text = report.render("SKIP (no GPU): cuda_step\n\n");
        assert!(text.contains("format                       passed       1.5 s\n"), "{text}");
        assert!(text.contains("exit status: 101\n"), "{text}");
        assert!(text.ends_with("\n1 passed, 1 failed, 2 skipped\n"), "{text}");
    }
}
