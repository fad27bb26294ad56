//! Batches made on another thread while the network computes.

use std::panic::resume_unwind;
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
    /// The next batch; [`TrainError::NoBatch`] past the last one, and when the thread that makes them broke down.
    pub(crate) fn next(&mut self) -> Result<(Batch, &'a [usize]), TrainError> {
        let positions = self.positions.next().ok_or(TrainError::NoBatch)?;
        Ok((self.made.recv().map_err(|_| TrainError::NoBatch)?, positions))
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
        let maker = scope.spawn(move || {
            for samples in positions {
                // The other side is gone when learning ended early.
                if send.send(assembler.batch(samples, Some(jitter))).is_err() {
                    break;
                }
            }
        });
        let learned = learn(&mut Batches { made, positions: positions.iter() });
        // What broke the other thread is the cause of whatever this one met.
        match maker.join() {
            Ok(()) => learned,
            Err(panic) => resume_unwind(panic),
        }
    })
}
