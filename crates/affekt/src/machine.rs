//! This build on this machine, for the report to tell where a run was computed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread::available_parallelism;

use affekt_artifact::Machine;

use crate::identity;

/// Where Linux tells of processors, and NVIDIA's driver of itself and of each GPU.
const CPUS: &str = "/proc/cpuinfo";
const DRIVER: &str = "/sys/module/nvidia/version";
const GPUS: &str = "/proc/driver/nvidia/gpus";

/// `cpu`, `cuda(0)`.
#[cfg(feature = "torch")]
pub(crate) fn name_of(device: affekt_tensor::Device) -> String {
    format!("{device:?}").to_lowercase()
}

/// What computes on the device of that name; GPUs and their driver are left out for a CPU.
pub(crate) fn this(device: &str) -> Machine {
    let gpu = device != "cpu";
    Machine {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: identity::commit().map(str::to_owned),
        dirty: identity::dirty(),
        device: device.to_owned(),
        gpu: gpu.then(|| gpus(Path::new(GPUS))).flatten(),
        driver: gpu.then(|| Some(fs::read_to_string(DRIVER).ok()?.trim().to_owned())).flatten(),
        cpu: fs::read_to_string(CPUS).ok().and_then(|text| value(&text, "model name")),
        cores: available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(u32::MAX)),
    }
}

/// The models of the GPUs, `2 x NVIDIA A` where there are several; a folder each, with a text `information`.
fn gpus(folder: &Path) -> Option<String> {
    let mut models: BTreeMap<String, usize> = BTreeMap::new();
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let text = fs::read_to_string(entry.path().join("information")).unwrap_or_default();
        if let Some(model) = value(&text, "Model") {
            *models.entry(model).or_default() += 1;
        }
    }
    let names = models.into_iter().map(|(model, n)| if n > 1 { format!("{n} x {model}") } else { model });
    let names: Vec<String> = names.collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// The value of the first line `key : value`.
fn value(text: &str, key: &str) -> Option<String> {
    let of_line = |line: &str| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == key && !value.trim().is_empty()).then(|| value.trim().to_owned())
    };
    text.lines().find_map(of_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_of_gpus_are_counted() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(gpus(&root.path().join("none")), None);
        assert_eq!(gpus(root.path()), None);
        for (place, model) in [("0000:1a", "NVIDIA B"), ("0000:2a", "NVIDIA A"), ("0000:3a", "NVIDIA B")] {
            let folder = root.path().join(place);
            fs::create_dir(&folder).unwrap();
            let text = format!("Model: \t\t {model}\nIRQ:   \t\t 11\nBus Location: \t {place}:00.0\n");
            fs::write(folder.join("information"), text).unwrap();
        }
        assert_eq!(gpus(root.path()).unwrap(), "NVIDIA A, 2 x NVIDIA B");
    }

    #[test]
    fn a_cpu_has_no_gpu_to_tell_of() {
        let machine = this("cpu");
        assert!(machine.gpu.is_none() && machine.driver.is_none() && machine.cores > 0);
        assert!(machine.commit.as_deref().is_none_or(|commit| commit.len() >= 40));
        assert_eq!(machine.commit.is_some(), machine.dirty.is_some());
    }
}
