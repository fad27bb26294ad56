//! Networks as `TorchScript`: they run without the code that made them.

use std::path::Path;

use tch::{CModule, Device, TchError, Tensor};

use crate::TensorError;

/// A recorded network: one tensor in, one out, its weights constants.
#[derive(Debug)]
pub struct Script(CModule);

impl Script {
    /// Records what `forward` does to `example`; any other number of rows then runs as well.
    ///
    /// No parameter may want a gradient ([`ParamStore::freeze`](crate::ParamStore::freeze)), for a constant has none.
    ///
    /// # Errors
    /// [`TensorError::Script`] with what `LibTorch` said.
    pub fn trace(
        name: &str,
        example: &Tensor,
        mut forward: impl FnMut(&Tensor) -> Tensor,
    ) -> Result<Self, TensorError> {
        let _guard = tch::no_grad_guard();
        let mut recorded = |inputs: &[Tensor]| vec![forward(&inputs[0])];
        let inputs = [example.shallow_clone()];
        let module = CModule::create_by_tracing(name, "forward", &inputs, &mut recorded);
        Ok(Self(module.map_err(refused("record", name))?))
    }

    /// Reads a `TorchScript` file onto the CPU.
    ///
    /// # Errors
    /// [`TensorError::Script`] when it is missing or none.
    pub fn load(path: &Path) -> Result<Self, TensorError> {
        let mut module =
            CModule::load_on_device(path, Device::Cpu).map_err(refused("read", path.display()))?;
        module.set_eval();
        Ok(Self(module))
    }

    /// Writes a file that `torch.jit.load` reads.
    ///
    /// # Errors
    /// [`TensorError::Script`] with what `LibTorch` said.
    pub fn save(&self, path: &Path) -> Result<(), TensorError> {
        self.0.save(path).map_err(refused("write", path.display()))
    }

    /// # Errors
    /// [`TensorError::Script`] for an input of another shape, and where the module returns anything but one tensor.
    pub fn run(&self, input: &Tensor) -> Result<Tensor, TensorError> {
        let _guard = tch::no_grad_guard();
        self.0.forward_ts(&[input]).map_err(refused("run", "forward"))
    }
}

fn refused(action: &'static str, what: impl ToString) -> impl FnOnce(TchError) -> TensorError {
    move |source| TensorError::Script { action, what: what.to_string(), source }
}
