//! What a model says of its training set, for objectives that ask after each epoch.

use affekt_core::Seed;
use affekt_learn::{AffectModel, ModelOutput, ObjectiveError, Survey, Surveyed, Target};
use affekt_tensor::{Device, Mode, Precision, no_grad_guard};

use crate::assemble::{Assembler, Jitter};
use crate::{FaceSet, NetworkInput};

/// Images per forward pass over the whole set; larger gains nothing on a CPU.
const BATCH: usize = 128;

/// A pass over the training set after an epoch.
pub(crate) struct ModelSurvey<'a> {
    pub(crate) model: &'a dyn AffectModel,
    pub(crate) faces: &'a FaceSet,
    pub(crate) input: NetworkInput,
    pub(crate) precision: Precision,
    pub(crate) device: Device,
    /// Order and batch size of the epoch, for a pass over what was trained on.
    pub(crate) order: &'a [usize],
    pub(crate) batch_size: usize,
    pub(crate) jitter: Jitter<'a>,
}

impl Survey for ModelSurvey<'_> {
    fn each(
        &mut self,
        which: Surveyed,
        see: &mut dyn FnMut(&ModelOutput, &Target) -> Result<(), ObjectiveError>,
    ) -> Result<(), ObjectiveError> {
        let _guard = no_grad_guard();
        let mode = Mode { train: false, precision: self.precision, noise: Seed(0) };
        let mut assembler = Assembler::new(self.faces, self.input, self.device)
            .expect("because training made one of the same before");
        let mut show = |positions: &[usize], jitter| {
            let batch = assembler.batch(positions, jitter);
            see(&self.model.forward(&batch.images, mode), &batch.target)
        };
        match which {
            Surveyed::Whole => {
                let all: Vec<usize> = (0..self.faces.len()).collect();
                all.chunks(BATCH).try_for_each(|positions| show(positions, None))
            }
            Surveyed::AsTrained => {
                let mut batches = self.order.chunks_exact(self.batch_size);
                batches.try_for_each(|positions| show(positions, Some(self.jitter)))
            }
        }
    }
}
