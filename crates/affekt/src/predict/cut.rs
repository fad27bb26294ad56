//! Faces cut out of pictures, as they were for training or where a detector finds them.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use affekt_face::{
    DecodeLimits, Detection, DetectorName, FaceDetector, FaceHint, FacePolicy, Fit, Framing, Picture,
    Preprocess, Preprocessor, ResizeFilter, load,
};
use anyhow::bail;

use super::checkpoint::Checkpoint;
use super::{Request, Where};
use crate::detector::detector;

/// Most pixels and bytes of a picture, as when a dataset is prepared.
const LIMITS: (u64, u64) = (1 << 26, 1 << 28);

/// How faces are cut out of pictures.
pub(super) struct Cut {
    pub(super) framing: Framing,
    preprocess: Preprocess,
    /// Detector, and which of its faces; none for all of them.
    pub(super) detected: Option<(DetectorName, Option<FacePolicy>)>,
    limits: DecodeLimits,
    /// Those at rest: a detector may be a program, and is not to be started for every few pictures.
    idle: Mutex<Vec<Workers>>,
}

/// What looks at one picture at a time.
struct Workers {
    preprocessor: Preprocessor,
    detector: Option<Box<dyn FaceDetector>>,
}

/// What became of a picture.
pub(super) enum Seen {
    Faces(Vec<(Option<Detection>, Vec<u8>)>),
    Nothing(String),
}

impl Seen {
    pub(super) fn faces(&self) -> &[(Option<Detection>, Vec<u8>)] {
        match self {
            Self::Faces(faces) => faces,
            Self::Nothing(_) => &[],
        }
    }
}

impl Cut {
    pub(super) fn new(checkpoint: &Checkpoint, request: &Request) -> anyhow::Result<Self> {
        let trained = checkpoint.faces.framing;
        let (fit, filter) = match trained {
            Framing::Picture { fit, filter }
            | Framing::GivenBox { fit, filter, .. }
            | Framing::Detected { fit, filter, .. } => (fit, filter),
            Framing::Landmarks { .. } => (Fit::Stretch, ResizeFilter::PilBilinear),
        };
        let (framing, detected) = match (request.place, trained) {
            (Where::AsTrained, Framing::Picture { .. }) => (trained, None),
            (Where::AsTrained, Framing::Detected { detector, policy, margin, .. }) => {
                (Framing::GivenBox { margin, fit, filter }, Some((detector, request.policy.map(|_| policy))))
            }
            (Where::AsTrained, Framing::GivenBox { .. } | Framing::Landmarks { .. }) => bail!(
                "the network was trained on faces cut out by annotations, which these pictures have not: find them with \
                 --framing detect, or take whole pictures with --framing picture"
            ),
            (Where::Picture, _) => (Framing::Picture { fit, filter }, None),
            (Where::Detected { detector, margin }, _) => {
                (Framing::GivenBox { margin, fit, filter }, Some((detector, request.policy)))
            }
        };
        let preprocess =
            Preprocess::framed(checkpoint.run.input.size, framing)?.with_colour(checkpoint.faces.colour);
        let limits = DecodeLimits::new(LIMITS.0, LIMITS.1)?;
        if let Some((name, _)) = detected {
            // Told before anything is read.
            detector(name)?;
        }
        Ok(Self { framing, preprocess, detected, limits, idle: Mutex::default() })
    }

    /// The faces of a picture; called from many threads.
    pub(super) fn faces(&self, path: &Path) -> Seen {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let resting = idle().pop();
        let mut workers = match resting.map_or_else(|| self.workers(), Ok) {
            Ok(workers) => workers,
            Err(error) => return Seen::Nothing(format!("{error:#}")),
        };
        let seen = self.look(&mut workers, path);
        idle().push(workers);
        seen
    }

    fn workers(&self) -> anyhow::Result<Workers> {
        let detector = self.detected.map(|(name, _)| detector(name)).transpose()?;
        Ok(Workers { preprocessor: Preprocessor::new(self.preprocess), detector })
    }

    fn look(&self, workers: &mut Workers, path: &Path) -> Seen {
        let picture = match load(path, self.limits) {
            Ok(picture) => picture,
            Err(error) => return Seen::Nothing(format!("{:#}", anyhow::Error::from(error))),
        };
        let (Some(detector), Some((_, policy))) = (&mut workers.detector, self.detected) else {
            return match self.cut(&mut workers.preprocessor, &picture, &FaceHint::default()) {
                Ok(face) => Seen::Faces(vec![(None, face)]),
                Err(reason) => Seen::Nothing(reason),
            };
        };
        let found = match detector.detect(&picture) {
            Ok(found) => found,
            Err(error) => return Seen::Nothing(format!("{:#}", anyhow::Error::from(error))),
        };
        let chosen = match policy {
            Some(policy) => {
                policy.choose(&found, picture.width(), picture.height()).copied().into_iter().collect()
            }
            None => found,
        };
        if chosen.is_empty() {
            return Seen::Nothing("no face found".to_owned());
        }
        let faces: Result<Vec<_>, String> = chosen
            .into_iter()
            .map(|face| {
                let hint = FaceHint { bbox: Some(face.bbox), ..FaceHint::default() };
                Ok((Some(face), self.cut(&mut workers.preprocessor, &picture, &hint)?))
            })
            .collect();
        faces.map_or_else(Seen::Nothing, Seen::Faces)
    }

    fn cut(
        &self,
        preprocessor: &mut Preprocessor,
        picture: &Picture,
        hint: &FaceHint,
    ) -> Result<Vec<u8>, String> {
        let mut face = vec![0; self.preprocess.image_len()];
        preprocessor
            .apply(picture, hint, &mut face)
            .map_err(|error| format!("{:#}", anyhow::Error::from(error)))?;
        Ok(face)
    }
}
