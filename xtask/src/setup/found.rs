//! LibTorch that is on the machine already: `$LIBTORCH`, or the torch of the active Python.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::TORCH_VERSION;
use super::inspect::{Flavour, inspect};
use crate::process;

/// Finds torch without importing it, which takes seconds.
const FIND_TORCH: &str = "
import importlib.util
spec = importlib.util.find_spec('torch')
if spec and spec.submodule_search_locations:
    print(list(spec.submodule_search_locations)[0])
";

/// Accepts the folder `$LIBTORCH` names or says what is wrong with it and what to do.
pub(super) fn check_variable(folder: &Path, wanted: Flavour) -> Result<()> {
    let way_out = format!(
        "$LIBTORCH={} cannot be used; unset it to let `cargo xtask setup` find or fetch LibTorch {TORCH_VERSION}, \
         or point it at a folder with lib/ and include/ of that version",
        folder.display()
    );
    let found = inspect(folder).with_context(|| way_out.clone())?;
    ensure!(
        wanted != Flavour::Cuda || found.flavour == Flavour::Cuda,
        "{way_out} (--cuda: it has no libtorch_cuda)"
    );
    Ok(())
}

/// The torch package of the active Python when it is the right release and whole.
pub(super) fn python_torch(wanted: Flavour) -> Option<PathBuf> {
    let python = process::python();
    // -I would hide user packages; an empty PYTHONSTARTUP and no stdin keep the run plain.
    let output = Command::new(&python).args(["-c", FIND_TORCH]).stdin(Stdio::null()).output().ok()?;
    let folder = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    if !output.status.success() || folder.as_os_str().is_empty() {
        return None;
    }
    match inspect(&folder) {
        Ok(found) if wanted == Flavour::Cuda && found.flavour == Flavour::Cpu => {
            eprintln!("the torch of {} has no CUDA libraries; passing it over", python.display());
            None
        }
        Ok(_) => Some(folder),
        Err(error) => {
            eprintln!("passing over the torch of {}: {error:#}", python.display());
            None
        }
    }
}
