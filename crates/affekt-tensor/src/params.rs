//! Named parameters and buffers, initialised from keyed streams.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use affekt_core::Seed;
use tch::{Device, Kind, Tensor};

use crate::TensorError;
use crate::saved::{copy_all, pair};

/// Initial values of a parameter or buffer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Every entry the same.
    Constant(f64),
    /// Uniform on [-bound, bound].
    ///
    /// `PyTorch` initialises `Linear` and `Conv2d` weights and biases with bound 1/sqrt(fan in)
    /// (Kaiming uniform with a = sqrt 5).
    Uniform {
        /// Half width of the interval.
        bound: f64,
    },
    /// Normal with mean 0.
    ///
    /// torchvision initialises ResNet convolutions with sd sqrt(2 / fan out) (Kaiming normal, fan out).
    Normal {
        /// Standard deviation.
        sd: f64,
    },
}

#[derive(Debug, Default)]
struct Entries {
    parameters: BTreeMap<String, Tensor>,
    buffers: BTreeMap<String, Tensor>,
}

/// All parameters and buffers of a model, by state-dict name.
///
/// Values depend on (seed, name, shape) only, not on the order of construction, so two arms of a study that
/// share a parameter share its initial value.
#[derive(Clone, Debug)]
pub struct ParamStore {
    seed: Seed,
    device: Device,
    entries: Arc<Mutex<Entries>>,
}

/// A place in the name tree of a [`ParamStore`].
#[derive(Clone, Debug)]
pub struct ParamPath {
    store: ParamStore,
    prefix: String,
}

impl ParamStore {
    /// An empty store.
    pub fn new(seed: Seed, device: Device) -> Self {
        Self { seed, device, entries: Arc::default() }
    }

    /// The root of the name tree.
    pub fn root(&self) -> ParamPath {
        ParamPath { store: self.clone(), prefix: String::new() }
    }

    /// Device of every tensor in the store.
    pub fn device(&self) -> Device {
        self.device
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        // A panic while the map was held cannot leave it half changed: insertions are single calls.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Trainable parameters by name.
    pub fn parameters(&self) -> BTreeMap<String, Tensor> {
        let entries = self.entries();
        entries.parameters.iter().map(|(name, tensor)| (name.clone(), tensor.shallow_clone())).collect()
    }

    /// Parameters and buffers by name: the state dict.
    pub fn state(&self) -> BTreeMap<String, Tensor> {
        let entries = self.entries();
        let both = entries.parameters.iter().chain(&entries.buffers);
        both.map(|(name, tensor)| (name.clone(), tensor.shallow_clone())).collect()
    }

    /// Copies of all values, for [`ParamStore::restore`].
    pub fn snapshot(&self) -> BTreeMap<String, Tensor> {
        self.state().into_iter().map(|(name, tensor)| (name, tensor.detach().copy())).collect()
    }

    /// Makes parameters into buffers: they are saved but not trained any more.
    pub fn freeze(&self, is_frozen: impl Fn(&str) -> bool) {
        let mut entries = self.entries();
        let names: Vec<String> = entries.parameters.keys().filter(|name| is_frozen(name)).cloned().collect();
        for name in names {
            if let Some(tensor) = entries.parameters.remove(&name) {
                // The layer's handle is the same tensor and forgets its gradient with it.
                entries.buffers.insert(name, tensor.set_requires_grad(false));
            }
        }
    }

    /// Gives every tensor under the prefix `to` the values of its namesake under `from`.
    ///
    /// # Panics
    /// When one has no namesake or another shape: both are built by one function.
    pub fn copy_values(&self, from: &str, to: &str) {
        let _guard = tch::no_grad_guard();
        let state = self.state();
        for (name, tensor) in &state {
            if let Some(rest) = name.strip_prefix(to) {
                let source = state.get(&format!("{from}{rest}"));
                tensor.shallow_clone().copy_(source.expect("because both sides were built alike"));
            }
        }
    }

    /// Takes the values of a state dict that has every name of this store, in its shape.
    ///
    /// # Errors
    /// [`TensorError::State`] names what is missing or has another shape; nothing is taken then.
    pub fn take(&self, state: &BTreeMap<String, Tensor>) -> Result<(), TensorError> {
        let own = self.state();
        let pairs = own.iter().map(|(name, tensor)| pair(tensor, state, name));
        copy_all(pairs.collect::<Result<_, _>>()?);
        Ok(())
    }

    /// Puts back the values of a snapshot of this store.
    pub fn restore(&self, snapshot: &BTreeMap<String, Tensor>) {
        let _guard = tch::no_grad_guard();
        for (name, mut tensor) in self.state() {
            if let Some(value) = snapshot.get(&name) {
                tensor.copy_(value);
            }
        }
    }
}

impl ParamPath {
    /// A branch, joined by a dot as in `PyTorch` state dicts.
    #[must_use]
    pub fn sub(&self, name: impl std::fmt::Display) -> Self {
        let prefix = self.full_name(&name.to_string());
        Self { store: self.store.clone(), prefix }
    }

    fn full_name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }

    /// A trainable parameter.
    ///
    /// # Panics
    /// When the name is taken: two layers of one model with one name is a programming error.
    pub fn parameter(&self, name: &str, shape: &[i64], init: Init) -> Tensor {
        let full = self.full_name(name);
        let mut value = self.initial(&full, shape, init);
        if shape.len() == 4 {
            value = channels_last(&value);
        }
        let value = value.set_requires_grad(true);
        let taken = self.store.entries().parameters.insert(full.clone(), value.shallow_clone());
        assert!(taken.is_none(), "parameter {full} is defined twice");
        value
    }

    /// A tensor that is saved but not trained.
    ///
    /// # Panics
    /// When the name is taken.
    pub fn buffer(&self, name: &str, shape: &[i64], init: Init) -> Tensor {
        let full = self.full_name(name);
        let value = self.initial(&full, shape, init);
        let taken = self.store.entries().buffers.insert(full.clone(), value.shallow_clone());
        assert!(taken.is_none(), "buffer {full} is defined twice");
        value
    }

    fn initial(&self, full: &str, shape: &[i64], init: Init) -> Tensor {
        let count = usize::try_from(shape.iter().product::<i64>()).unwrap_or(0);
        let mut stream = self.store.seed.stream(&format!("init/{full}"), &[]);
        #[expect(clippy::cast_possible_truncation, reason = "weights are 32-bit")]
        let values: Vec<f32> = match init {
            Init::Constant(value) => vec![value as f32; count],
            Init::Uniform { bound } => (0..count).map(|_| stream.range(-bound, bound) as f32).collect(),
            Init::Normal { sd } => (0..count).map(|_| (sd * stream.normal()) as f32).collect(),
        };
        Tensor::from_slice(&values).reshape(shape).to_device(self.store.device).to_kind(Kind::Float)
    }
}

/// The same values with channels innermost in memory, the layout in which oneDNN and cuDNN are fastest.
///
/// # Shape
/// x [n, c, h, w] -> [n, c, h, w] with strides of NHWC
pub(crate) fn channels_last(x: &Tensor) -> Tensor {
    x.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}
