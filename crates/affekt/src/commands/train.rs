//! `affekt train`

#[cfg(feature = "torch")]
use std::io::ErrorKind;
use std::io::Read;
#[cfg(feature = "torch")]
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::Context;
use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1, SIGUSR2};

#[cfg(feature = "torch")]
use affekt_artifact::{Failure, FailureClass};
#[cfg(feature = "torch")]
use affekt_study::{LockError, take_twin};
#[cfg(feature = "torch")]
use affekt_train::TrainError;

use crate::cli::TrainArgs;
#[cfg(feature = "torch")]
use crate::machine;
use crate::output::Outcome;

pub(super) fn run(args: &TrainArgs) -> anyhow::Result<Outcome> {
    let every = Duration::try_from_secs_f64(args.save_every).context("--save-every")?;
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGUSR1, SIGUSR2] {
        signal_hook::flag::register(signal, stop.clone()).context("cannot listen for signals")?;
    }
    if args.follow_parent {
        std::thread::spawn(end_with_parent);
    }
    train(args, every, stop)
}

#[cfg(feature = "torch")]
fn train(args: &TrainArgs, every: Duration, stop: Arc<AtomicBool>) -> anyhow::Result<Outcome> {
    // Without a backtrace: gathering one takes memory, which may be what is missing, and then waits for itself.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let device = affekt_tensor::device(&args.device).context("--device")?;
    let run = || {
        match take_twin(&args.run, &machine::this(&machine::name_of(device))) {
            Ok(Some(from)) => eprintln!("taken from {from}, a finished run of the same inputs"),
            Ok(None) => {}
            Err(error) => {
                eprintln!("not taken from another study but trained: {:#}", anyhow::Error::new(error));
            }
        }
        crate::train::run(&args.run, device, every, stop)
    };
    let ran = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(broken(&args.run, &*panic)));
    if let Err(error) = &ran
        && !matches!(error.downcast_ref(), Some(LockError::Held { .. }))
    {
        // A run that another process holds has not failed.
        Failure { class: class(error), message: format!("{error:#}") }.note(&args.run);
    }
    ran
}

/// What LibTorch refuses reaches us as a panic of its binding; to whoever started the run it is an error like others.
#[cfg(feature = "torch")]
fn broken(run: &std::path::Path, panic: &(dyn std::any::Any + Send)) -> anyhow::Error {
    let message = panic.downcast_ref::<String>().map(String::as_str);
    let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    let run = run.display();
    // The last is oneDNN's, which does not say what it lacked.
    if ["allocate memory", "out of memory", "bad_alloc", "failed to spawn thread", "create a primitive"]
        .iter()
        .any(|sign| message.contains(sign))
    {
        return OutOfMemory { run: run.to_string() }.into();
    }
    anyhow::anyhow!("{run}: stopped by a fault: {}", message.lines().next().unwrap_or_default())
}

/// LibTorch had too little memory.
#[cfg(feature = "torch")]
#[derive(Debug, thiserror::Error)]
#[error(
    "{run}: out of memory; lower train.batch_size (train.accumulate makes up for it) or run fewer at a time (--jobs). \
     What was kept stays, and the same command goes on from it"
)]
struct OutOfMemory {
    run: String,
}

/// The kind of what ended a run.
#[cfg(feature = "torch")]
fn class(error: &anyhow::Error) -> FailureClass {
    if error.is::<OutOfMemory>() {
        return FailureClass::OutOfMemory;
    }
    match error.downcast_ref() {
        Some(TrainError::NonFiniteLoss { .. } | TrainError::NonFiniteOutput { .. }) => {
            return FailureClass::Diverged;
        }
        Some(TrainError::TooFew { .. } | TrainError::CacheSize { .. } | TrainError::Crop { .. }) => {
            return FailureClass::Data;
        }
        _ => {}
    }
    match error.root_cause().downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        // What was prepared is not there any more.
        Some(ErrorKind::NotFound) => FailureClass::Data,
        Some(_) => FailureClass::Io,
        None => FailureClass::Fault,
    }
}

#[cfg(not(feature = "torch"))]
fn train(_: &TrainArgs, _: Duration, _: Arc<AtomicBool>) -> anyhow::Result<Outcome> {
    anyhow::bail!("this build has no LibTorch; build with --features torch or use cargo xtask")
}

/// Standard input is a pipe that nobody writes to: it ends when the process that started this one does.
fn end_with_parent() {
    let mut rest = Vec::new();
    let _ = std::io::stdin().read_to_end(&mut rest);
    // Every file of a run is written atomically, so that ending anywhere leaves nothing half-done.
    std::process::exit(130);
}
