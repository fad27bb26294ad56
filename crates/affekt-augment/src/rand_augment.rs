//! Several random operations after one another.

use std::cell::RefCell;

use affekt_core::{Seed, Stream};

use crate::augment::check_shape;
use crate::{Augment, AugmentError, RandAugmentSpec, RandOp, Resample, Scratch};

/// Applies `n` random operations after one another, each with probability one half; one draw.
///
/// The draw keys a stream of its own for the operations, so that neither their number nor the rejections of a
/// normal deviate move the draws of other stages. The operation is uniform over [`RandOp::set`], with
/// replacement; its level is drawn from Normal(`magnitude`, `sd`), its sign and its way of reading pixels with
/// even odds.
///
/// # Source
/// Cubuk et al. (2020) in the form of timm, `rand-m<magnitude>-n<n>-mstd<sd>`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RandAugment {
    spec: RandAugmentSpec,
}

/// The largest level of an operation.
const LARGEST_LEVEL: f64 = 10.0;
/// More operations than are in the set are taken for a slip of the pen.
const MOST_OPERATIONS: u32 = 15;

thread_local! {
    // A warp needs a copy of its image. Kept per thread, it costs no allocation per image and no lock, and the
    // other stages, which work in place, need not pass on a buffer they have no use for.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

impl RandAugment {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`AugmentError::Level`] unless `magnitude` and `sd` lie in [0, 10], [`AugmentError::Operations`] unless
    /// `n` lies in 1..=15.
    pub fn new(spec: RandAugmentSpec) -> Result<Self, AugmentError> {
        for (key, got) in [("rand_augment.magnitude", spec.magnitude), ("rand_augment.sd", spec.sd)] {
            if !(0.0..=LARGEST_LEVEL).contains(&got) {
                return Err(AugmentError::Level { key, got });
            }
        }
        if !(1..=MOST_OPERATIONS).contains(&spec.n) {
            return Err(AugmentError::Operations { key: "rand_augment.n", got: spec.n });
        }
        Ok(Self { spec })
    }

    /// The operations for one image, in order; from none to `n`.
    pub fn draw(&self, stream: &mut Stream) -> impl Iterator<Item = RandOp> + use<> {
        let RandAugmentSpec { magnitude, n, sd } = self.spec;
        let mut own = Seed(stream.next_u64()).stream("rand_augment", &[]);
        (0..n).filter_map(move |_| {
            let chosen = own.below(MOST_OPERATIONS.into());
            let applied = own.bernoulli(0.5);
            let level = magnitude + sd * own.normal();
            let negative = own.bernoulli(0.5);
            let resample = if own.bernoulli(0.5) { Resample::Bicubic } else { Resample::Bilinear };
            let set = RandOp::set(level, negative, resample);
            set.into_iter().nth(usize::try_from(chosen).ok()?).filter(|_| applied)
        })
    }
}

impl Augment for RandAugment {
    fn apply(&self, image: &mut [u8], size: usize, stream: &mut Stream) {
        check_shape(image, size);
        SCRATCH.with_borrow_mut(|scratch| {
            for op in self.draw(stream) {
                op.apply(image, size, scratch);
            }
        });
    }
}
