//! Learning rates per step.

/// A learning rate for each step.
pub trait Schedule: Send {
    /// Rate of step `step` (from 0) as a share of the peak rate.
    fn factor(&self, step: u64) -> f64;
}

/// Linear warm-up, then half a cosine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CosineSchedule {
    warmup_steps: f64,
    total_steps: f64,
    final_fraction: f64,
}

/// A cosine schedule cannot be built from these numbers.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("cosine schedule: {what} is {got}; expected {expected}")]
pub struct CosineError {
    /// Which number.
    pub what: &'static str,
    /// Its value.
    pub got: f64,
    /// Its range.
    pub expected: &'static str,
}

impl CosineSchedule {
    /// Checks and builds.
    ///
    /// # Errors
    /// [`CosineError`] unless 0 <= warm-up < total and the final fraction is in [0, 1].
    pub fn new(warmup_steps: f64, total_steps: u64, final_fraction: f64) -> Result<Self, CosineError> {
        let total_steps = total_steps as f64;
        if !(0.0..=1.0).contains(&final_fraction) {
            return Err(CosineError { what: "final_fraction", got: final_fraction, expected: "[0, 1]" });
        }
        if !(warmup_steps >= 0.0 && warmup_steps < total_steps) {
            return Err(CosineError {
                what: "warm-up",
                got: warmup_steps,
                expected: "at least 0 and shorter than the whole training",
            });
        }
        Ok(Self { warmup_steps, total_steps, final_fraction })
    }
}

impl Schedule for CosineSchedule {
    /// # Equation
    /// (t + 1) / (w + 1) for t < w; f + (1 - f) (1 + cos(pi (t - w) / (T - w))) / 2 after
    fn factor(&self, step: u64) -> f64 {
        let t = step as f64;
        if t < self.warmup_steps {
            return (t + 1.0) / (self.warmup_steps + 1.0);
        }
        let done = ((t - self.warmup_steps) / (self.total_steps - self.warmup_steps)).clamp(0.0, 1.0);
        let cosine = 0.5 * (1.0 + (std::f64::consts::PI * done).cos());
        self.final_fraction + (1.0 - self.final_fraction) * cosine
    }
}

/// A rate that is multiplied by `gamma` after each epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExponentialSchedule {
    gamma: f64,
    steps_per_epoch: u64,
}

/// An exponential schedule cannot be built from these numbers.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("exponential schedule: gamma is {got}; expected (0, 1]")]
pub struct ExponentialError {
    /// The factor.
    pub got: f64,
}

impl ExponentialSchedule {
    /// Checks and builds.
    ///
    /// # Errors
    /// [`ExponentialError`] unless gamma is in (0, 1].
    pub fn new(gamma: f64, steps_per_epoch: u64) -> Result<Self, ExponentialError> {
        let holds = gamma > 0.0 && gamma <= 1.0;
        if holds { Ok(Self { gamma, steps_per_epoch }) } else { Err(ExponentialError { got: gamma }) }
    }
}

impl Schedule for ExponentialSchedule {
    /// # Equation
    /// `gamma^floor(t / steps per epoch)`, as `torch.optim.lr_scheduler.ExponentialLR` stepped after each epoch
    fn factor(&self, step: u64) -> f64 {
        let epoch = step / self.steps_per_epoch.max(1);
        self.gamma.powf(epoch as f64)
    }
}
