//! Several stages after one another.

use std::fmt;

use affekt_core::Stream;

use crate::Augment;

/// Stages applied in order; without any, the identity.
#[derive(Default)]
pub struct Pipeline {
    stages: Vec<Box<dyn Augment>>,
}

impl Pipeline {
    /// Adds a stage after the others; any [`Augment`] may join.
    pub fn push(&mut self, stage: impl Augment + 'static) -> &mut Self {
        self.stages.push(Box::new(stage));
        self
    }

    /// Number of stages.
    pub fn len(&self) -> usize {
        self.stages.len()
    }

    /// True without any stage: images pass unchanged.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }
}

impl Augment for Pipeline {
    fn apply(&self, image: &mut [u8], size: usize, stream: &mut Stream) {
        for stage in &self.stages {
            stage.apply(image, size, stream);
        }
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").field("stages", &self.stages.len()).finish()
    }
}
