//! `affekt doctor`

mod machine;
mod slurm;
mod study;

use serde::Serialize;

use crate::cli::DoctorArgs;
use crate::output::{self, Outcome};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Ok,
    /// Works, but slower or less than it could.
    Warn,
    /// Would stop a study.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    way_out: Option<String>,
}

impl Finding {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, state: State::Ok, found: found.into(), way_out: None }
    }

    fn warn(what: &'static str, found: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { what, state: State::Warn, found: found.into(), way_out: Some(way_out.into()) }
    }

    fn fail(what: &'static str, found: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { what, state: State::Fail, found: found.into(), way_out: Some(way_out.into()) }
    }
}

pub(super) fn run(args: &DoctorArgs) -> anyhow::Result<Outcome> {
    let mut findings = machine::look(&args.out);
    if let Some(config) = &args.config {
        findings.extend(study::look(config, args));
    }
    if args.slurm {
        findings.extend(slurm::look(&args.out));
    }
    if args.json {
        output::json(&findings)?;
    } else {
        output::print(&render(&findings))?;
    }
    let failed = findings.iter().any(|finding| finding.state == State::Fail);
    Ok(if failed { Outcome::CheckFailed } else { Outcome::Done })
}

fn render(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.what.len()).max().unwrap_or(0);
    let line = |Finding { what, state, found, way_out }: &Finding| {
        let state = match state {
            State::Ok => "ok  ",
            State::Warn => "warn",
            State::Fail => "FAIL",
        };
        let way_out = way_out.as_ref().map_or_else(String::new, |way_out| format!("\n      -> {way_out}"));
        format!("{state}  {what:<width$}  {found}{way_out}\n")
    };
    findings.iter().map(line).collect()
}
