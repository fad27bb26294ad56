//! The test split opens once, after selection.

use crate::FaceSet;

/// Proof that training and selection are over; only [`Training::run`](crate::Training::run) makes one.
#[derive(Debug, PartialEq, Eq)]
pub struct FrozenSelection {
    pub(crate) best_epoch: u32,
}

impl FrozenSelection {
    /// Epoch chosen on the validation split, from 1.
    pub fn best_epoch(&self) -> u32 {
        self.best_epoch
    }
}

/// Test samples nobody can look at yet.
#[derive(Debug)]
pub struct SealedTest(FaceSet);

/// Test samples after selection.
#[derive(Debug)]
pub struct TestSet(FaceSet);

impl SealedTest {
    pub(crate) fn new(faces: FaceSet) -> Self {
        Self(faces)
    }

    /// Opens the split, which consumes it; the proof also opens the test splits of other datasets.
    pub fn open(self, _selection: &FrozenSelection) -> TestSet {
        TestSet(self.0)
    }
}

impl TestSet {
    /// The samples.
    pub fn faces(&self) -> &FaceSet {
        &self.0
    }
}
