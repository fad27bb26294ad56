//! Batches made on another thread while the network computes.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use affekt_learn::Batch;

use crate::TrainError;
use crate::assemble::{Assembler, Jitter};

/// Batches that wait: more would only hold memory, for they are made faster than they are learned from.
const WAITING: usize = 2;

/// The batches of an epoch, in order, each with the positions of its samples.
pub(crate) struct Batches<'a> {
    made: Receiver<Batch>,
    positions: std::slice::Iter<'a, &'a [usize]>,
}

impl<'a> Batches<'a> {
    /// The next batch.
    ///
    /// # Panics
    /// Past the last one, or when the thread that makes them panicked, whose message is then on record.
    pub(crate) fn next(&mut self) -> (Batch, &'a [usize]) {
        let positions = self.positions.next().expect("because a step asks for as many as there are");
        (self.made.recv().expect("because the thread that makes batches makes all of them"), positions)
    }
}

/// Runs `learn` beside the making of its batches, one for each entry of `positions`.
///
/// A batch depends on its samples and the epoch alone, so that the threads' turns change nothing.
pub(crate) fn prefetch(
    mut assembler: Assembler<'_>,
    positions: &[&[usize]],
    jitter: Jitter<'_>,
    learn: impl FnOnce(&mut Batches<'_>) -> Result<(), TrainError>,
) -> Result<(), TrainError> {
    let (send, made) = sync_channel(WAITING);
    thread::scope(|scope| {
        scope.spawn(move || {
            for samples in positions {
                // The other side is gone when learning ended early.
                if send.send(assembler.batch(samples, Some(jitter))).is_err() {
                    break;
                }
            }
        });
        learn(&mut Batches { made, positions: positions.iter() })
    })
}
