//! Views of a face, and what a model says of them.

use affekt_augment::{Augment, Border, ShiftCrop};
use affekt_core::Stream;
use affekt_learn::ModelOutput;
use affekt_tensor::{Kind, Tensor};

/// The views of a face that a prediction averages over: probabilities, valence and arousal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Views {
    /// The face and its mirror image.
    pub mirror: bool,
    /// Pixels, at most half the face: the face in place and moved by so much in the eight directions, the border pixel
    /// repeated; 0 for in place alone.
    pub shift: u32,
}

impl Views {
    /// How far down and to the right the face is moved in each view.
    pub(crate) fn moves(self) -> Vec<(isize, isize)> {
        let by = isize::try_from(self.shift).expect("because pixels of a face fit");
        let steps: &[isize] = if by == 0 { &[0] } else { &[0, -by, by] };
        steps.iter().flat_map(|&down| steps.iter().map(move |&right| (down, right))).collect()
    }
}

/// Moves every face alike; draws nothing.
pub(crate) struct Moved {
    pub(crate) down: isize,
    pub(crate) right: isize,
    pub(crate) shift: u32,
}

impl Augment for Moved {
    fn apply(&self, image: &mut [u8], size: usize, _stream: &mut Stream) {
        ShiftCrop::new(self.shift, Border::Edge).shift(image, size, self.down, self.right);
    }
}

/// What a model says of one face.
#[derive(Clone, Debug, PartialEq)]
pub struct FaceSaid {
    /// Probability of each class.
    pub probabilities: Vec<f32>,
    /// Valence and arousal; `None` without that head.
    pub va: Option<[f32; 2]>,
    /// Probability of each action unit; empty without that head.
    pub aus: Vec<f32>,
}

impl FaceSaid {
    /// Position of the most probable class, the first of several.
    pub fn best(&self) -> usize {
        let mut best = 0;
        for (i, value) in self.probabilities.iter().enumerate() {
            if *value > self.probabilities[best] {
                best = i;
            }
        }
        best
    }

    /// False when a probability of a class is NaN.
    pub fn is_finite(&self) -> bool {
        self.probabilities.iter().all(|p| p.is_finite())
    }
}

/// A model's output on the scale of its predictions.
pub(crate) struct Said {
    pub(crate) probabilities: Tensor,
    pub(crate) va: Option<Tensor>,
    pub(crate) aus: Option<Tensor>,
}

impl Said {
    /// Means over `views` images of each sample: of logits, and of valence and arousal.
    pub(crate) fn new(output: ModelOutput, views: usize) -> Self {
        let views = i64::try_from(views).expect("because there are ten at most");
        let mean = |x: Tensor| {
            if views == 1 { x } else { x.view([-1, views, x.size()[1]]).mean_dim(1, false, None::<Kind>) }
        };
        Self {
            probabilities: mean(output.expression).softmax(-1, Kind::Float),
            va: output.va.map(mean),
            aus: output.aus.map(|logits| mean(logits).sigmoid()),
        }
    }

    /// Mean of what was said of several views.
    pub(crate) fn mean(views: Vec<Self>) -> Self {
        let n = views.len() as f64;
        let sum = views.into_iter().reduce(|a, b| Self {
            probabilities: a.probabilities + b.probabilities,
            va: a.va.zip(b.va).map(|(a, b)| a + b),
            aus: a.aus.zip(b.aus).map(|(a, b)| a + b),
        });
        let Self { probabilities, va, aus } = sum.expect("because a face is seen at least in place");
        let mean = |x: Tensor| if n > 1.0 { x / n } else { x };
        Self { probabilities: mean(probabilities), va: va.map(mean), aus: aus.map(mean) }
    }
}
