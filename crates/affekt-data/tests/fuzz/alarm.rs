//! An end to inputs that never come back.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::fuzz::Target;
use crate::fuzz::target::Input;

/// Watches one input at a time; a hang ends the process, the input having been saved.
pub(crate) struct Alarm {
    watched: Arc<Mutex<Option<(Instant, Target, Input)>>>,
}

impl Alarm {
    /// Starts the watch.
    pub(crate) fn start(limit: Duration) -> Self {
        let watched: Arc<Mutex<Option<(Instant, Target, Input)>>> = Arc::default();
        let seen = Arc::clone(&watched);
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(limit / 10);
                let hung = seen
                    .lock()
                    .ok()
                    .and_then(|mut watched| watched.take_if(|(since, ..)| since.elapsed() > limit));
                if let Some((_, target, input)) = hung {
                    let saved = target.save(&input, "hang").unwrap_or_default();
                    eprintln!("{} hangs on {}", target.name(), saved.display());
                    std::process::exit(1);
                }
            }
        });
        Self { watched }
    }

    /// From now on.
    pub(crate) fn watch(&self, target: &Target, input: &Input) {
        if let Ok(mut watched) = self.watched.lock() {
            *watched = Some((Instant::now(), target.handle(), input.clone()));
        }
    }

    /// Not any more.
    pub(crate) fn rest(&self) {
        if let Ok(mut watched) = self.watched.lock() {
            *watched = None;
        }
    }
}
