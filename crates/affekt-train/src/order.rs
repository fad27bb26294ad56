//! Which training samples an epoch visits.

use affekt_core::Seed;

/// The positions within the training split that each epoch visits, in order.
///
/// Every epoch visits as many; a position may come twice or never.
pub trait EpochOrder {
    /// Positions per epoch.
    fn len(&self) -> usize;

    /// Whether there is nothing to visit.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Positions of epoch `epoch`, from 1.
    fn epoch(&self, epoch: u32) -> Vec<usize>;
}

/// Every position once, shuffled anew each epoch.
#[derive(Clone, Copy, Debug)]
pub struct Shuffled {
    /// Positions.
    pub len: usize,
    /// Seed of the run.
    pub seed: Seed,
}

impl EpochOrder for Shuffled {
    fn len(&self) -> usize {
        self.len
    }

    fn epoch(&self, epoch: u32) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.len).collect();
        self.seed.stream("order", &[u64::from(epoch)]).shuffle(&mut order);
        order
    }
}
