//! LibTorch, cores, memory, space, detectors.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::available_parallelism;

use affekt_face::DetectorName;

use super::Finding;
use crate::detector;

/// One run of ResNet-18 on faces of 112 px has held 1.3 GiB; less than this leaves no room beside one.
const MEMORY_GIB: f64 = 2.0;
/// Space for a few prepared datasets and checkpoints.
const SPACE_GIB: f64 = 5.0;

pub(super) fn look(out: &Path) -> Vec<Finding> {
    [vec![torch()], devices(), vec![cores(), memory(), space(out)], detectors()].concat()
}

#[cfg(feature = "torch")]
fn torch() -> Finding {
    use affekt_tensor::{Device, Kind, Tensor};
    let what = "LibTorch";
    // A library that loads and computes; one that does not load stops the program before it comes here.
    let product = Tensor::ones([2, 2], (Kind::Float, Device::Cpu))
        .f_mm(&Tensor::ones([2, 2], (Kind::Float, Device::Cpu)));
    match product.map(|product| product.double_value(&[0, 0])) {
        Ok(2.0) => Finding::ok(what, format!("{} computes", crate::identity::LIBTORCH)),
        Ok(other) => Finding::fail(what, format!("1 + 1 is {other}"), "install it again: cargo xtask setup"),
        Err(error) => Finding::fail(what, error.to_string(), "install it again: cargo xtask setup"),
    }
}

#[cfg(not(feature = "torch"))]
fn torch() -> Finding {
    Finding::warn(
        "LibTorch",
        "this build has none: it cannot train",
        "cargo xtask setup, then build with --features torch",
    )
}

#[cfg(feature = "torch")]
fn devices() -> Vec<Finding> {
    let what = "device";
    match affekt_tensor::device("auto") {
        Ok(affekt_tensor::Device::Cpu) if Path::new("/dev/nvidiactl").exists() => vec![Finding::warn(
            what,
            "cpu, although there is an NVIDIA driver",
            "take the LibTorch with CUDA: cargo xtask setup --cuda",
        )],
        Ok(device) => vec![Finding::ok(what, crate::machine::name_of(device))],
        Err(error) => vec![Finding::fail(what, error.to_string(), "name another with --device")],
    }
}

#[cfg(not(feature = "torch"))]
fn devices() -> Vec<Finding> {
    Vec::new()
}

fn cores() -> Finding {
    let what = "cores";
    let cores = available_parallelism().map_or(1, std::num::NonZero::get);
    let asked = env::var("OMP_NUM_THREADS").ok().and_then(|n| n.parse::<usize>().ok());
    match asked {
        Some(asked) if asked > cores => Finding::warn(
            what,
            format!("{cores}, but OMP_NUM_THREADS is {asked}"),
            "unset OMP_NUM_THREADS: threads_per_run in the study file decides",
        ),
        _ => Finding::ok(what, format!("{cores}: {cores} runs of one thread at a time")),
    }
}

fn memory() -> Finding {
    let what = "memory";
    let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = info
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:")?.split_whitespace().next()?.parse().ok());
    let Some(kib) = kib else { return Finding::ok(what, "this system does not say") };
    let gib = gib(kib);
    if gib < MEMORY_GIB {
        return Finding::warn(what, format!("{gib:.1} GiB available"), "run fewer at a time: --jobs 1");
    }
    Finding::ok(what, format!("{gib:.1} GiB available"))
}

fn gib(kib: f64) -> f64 {
    kib / 1_048_576.0
}

/// The nearest folder that is there.
pub(super) fn existing(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("/")).to_owned()
}

/// A column of `df` for the file system of a folder.
pub(super) fn df(column: &str, folder: &Path) -> Option<String> {
    let told = Command::new("df").arg(format!("--output={column}")).arg(folder).output().ok()?;
    Some(String::from_utf8_lossy(&told.stdout).lines().nth(1)?.trim().to_owned())
}

fn space(out: &Path) -> Finding {
    let what = "output folder";
    let folder = existing(out);
    let place = folder.display();
    let way_out = "name another with --out";
    // The only honest test of a right to write.
    let probe = folder.join(format!(".affekt-doctor-{}", std::process::id()));
    if let Err(error) = std::fs::write(&probe, "") {
        return Finding::fail(what, format!("cannot write to {place}: {error}"), way_out);
    }
    let _ = std::fs::remove_file(&probe);
    let Some(gib) = df("avail", &folder).and_then(|kib| kib.parse().ok()).map(gib) else {
        return Finding::ok(what, format!("{place}, writable"));
    };
    let found = format!("{place}, writable, {gib:.1} GiB free");
    if gib < SPACE_GIB { Finding::warn(what, found, way_out) } else { Finding::ok(what, found) }
}

/// Only what the environment names: a study that needs a detector says so by itself.
fn detectors() -> Vec<Finding> {
    let what = "face detector";
    let named = [(detector::MODEL, "rustface"), (detector::PROGRAM, "external")];
    let set = named.into_iter().filter(|(variable, _)| env::var_os(variable).is_some());
    set.map(|(variable, name)| {
        let found = DetectorName::new(name)
            .map_err(anyhow::Error::from)
            .and_then(|name| Ok(detector::detector(name)?));
        match found {
            Ok(_) => Finding::ok(what, format!("{name}, from {variable}")),
            Err(error) => Finding::fail(what, format!("{error:#}"), format!("correct or unset {variable}")),
        }
    })
    .collect()
}
