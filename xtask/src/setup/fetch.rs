//! Fetching LibTorch through pip, into a staging folder that a broken-off setup resumes from.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::inspect::{Flavour, inspect};
use super::{TORCH_VERSION, loader, manifest, unpack};
use crate::process;
use crate::workspace::Workspace;

/// pip requirement and the beginning of the wheel's name. torch 2.11.0 is built for CUDA 13.0, and its CPU library
/// is linked to two small CUDA libraries.
const CPU_WHEELS: [(&str, &str); 3] = [
    ("torch==2.11.0", "torch-2.11.0-"),
    ("nvidia-cuda-runtime==13.0.*", "nvidia_cuda_runtime-13.0."),
    ("nvidia-cuda-cupti==13.0.*", "nvidia_cuda_cupti-13.0."),
];

/// Any Python can fetch these: nothing of the wheels is run by Python, so pip is told which to take.
fn pip_target() -> Vec<String> {
    let fixed = ["--no-input", "--only-binary=:all:", "--python-version=3.11", "--implementation=cp"];
    let abis = ["cp311", "abi3", "none"].map(|abi| format!("--abi={abi}"));
    let old = ["manylinux2014", "manylinux2010", "manylinux1", "linux"].map(str::to_owned);
    // pip matches these tags literally: a wheel for an older glibc must be named as well.
    let platforms = (5..=28).rev().map(|minor| format!("manylinux_2_{minor}")).chain(old);
    let platforms = platforms.map(|platform| format!("--platform={platform}_x86_64"));
    fixed.map(str::to_owned).into_iter().chain(abis).chain(platforms).collect()
}

const GIB: u64 = 1 << 30;

/// Fetches, unpacks and checks a LibTorch; returns its folder, still inside the staging folder.
pub(super) fn fetch(workspace: &Workspace, wanted: Flavour) -> Result<PathBuf> {
    let staging = workspace.target.join("libtorch.partial");
    check_machine()?;
    let made = own_folder(&staging, "libtorch")?;
    let wheels = match wanted {
        Flavour::Cpu => cpu_set(&staging, &made)?,
        Flavour::Cuda => cuda_set(&staging, &made)?,
    };
    fs::write(made.join("build-version"), format!("{TORCH_VERSION}\n"))
        .context("cannot write build-version")?;
    inspect(&made).context("the fetched wheels do not hold what was expected")?;
    loader::check(&made)?;
    manifest::write(&made, &wheels)?;
    Ok(made)
}

fn check_machine() -> Result<()> {
    if !(cfg!(target_os = "linux") && cfg!(target_arch = "x86_64")) {
        bail!(
            "setup fetches LibTorch for Linux on x86-64 only, this is {} on {}; install LibTorch {TORCH_VERSION} \
             yourself (for instance `pip install torch=={TORCH_VERSION}`) and set LIBTORCH to the folder that holds \
             its lib/ and include/",
            std::env::consts::OS,
            std::env::consts::ARCH
        );
    }
    let python = process::python();
    if process::first_line(&python.to_string_lossy(), &["--version"]).is_none() {
        bail!(
            "python3 is missing, and LibTorch is fetched with it: `apt install python3 python3-pip`, or set LIBTORCH"
        );
    }
    if process::first_line(&python.to_string_lossy(), &["-m", "pip", "--version"]).is_none() {
        bail!(
            "{} has no pip, and LibTorch is fetched with it: `apt install python3-pip` or `python3 -m ensurepip`, \
             or set LIBTORCH",
            python.display()
        );
    }
    Ok(())
}

fn cpu_set(staging: &Path, made: &Path) -> Result<Vec<String>> {
    let store = staging.join("wheels");
    let missing: Vec<&str> = CPU_WHEELS
        .iter()
        .filter(|(_, prefix)| complete_wheel(&store, prefix).is_none())
        .map(|(requirement, _)| *requirement)
        .collect();
    check_space(staging, if missing.contains(&CPU_WHEELS[0].0) { 3 * GIB } else { GIB })?;
    if !missing.is_empty() {
        eprintln!("fetching {} (0.5 GB; this happens once)", missing.join(", "));
        let arriving = own_folder(staging, "arriving")?;
        let mut arguments: Vec<OsString> = ["download", "--no-deps", "--dest"].map(OsString::from).to_vec();
        arguments.push(arriving.clone().into());
        arguments.extend(missing.iter().map(OsString::from));
        pip(staging, &arguments)?;
        keep_arrived(&arriving, &store)?;
    }
    let mut wheels = Vec::new();
    for (requirement, prefix) in CPU_WHEELS {
        let wheel = complete_wheel(&store, prefix)
            .with_context(|| format!("pip said it fetched {requirement}, but no wheel {prefix}* arrived"))?;
        wheels.push(wheel);
    }
    eprintln!("unpacking LibTorch {TORCH_VERSION} (CPU part)");
    unpack::cpu_part(&wheels, made)?;
    Ok(wheels
        .iter()
        .filter_map(|path| path.file_name())
        .map(|name| name.to_string_lossy().into_owned())
        .collect())
}

/// torch and everything it depends on, laid out as pip does, because the libraries find each other by relative paths.
fn cuda_set(staging: &Path, made: &Path) -> Result<Vec<String>> {
    check_space(staging, 14 * GIB)?;
    let requirement = CPU_WHEELS[0].0;
    eprintln!("fetching {requirement} with its CUDA libraries (4.6 GB; this happens once)");
    let site = made.join("site");
    fs::create_dir_all(&site).with_context(|| format!("cannot create {}", site.display()))?;
    let arguments = ["install".into(), "--target".into(), site.into_os_string(), requirement.into()];
    pip(staging, &arguments)?;
    unpack::link_package(made)?;
    Ok(vec![requirement.to_owned()])
}

/// A wheel kept by an earlier, broken-off setup counts only with the hash recorded once it was complete.
fn complete_wheel(store: &Path, prefix: &str) -> Option<PathBuf> {
    let names = fs::read_dir(store).ok()?.flatten().map(|entry| entry.path());
    let wheel = names
        .filter(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix)))?;
    let recorded = fs::read_to_string(wheel.with_extension("blake3")).ok()?;
    (manifest::hash(&wheel).ok()? == recorded.trim()).then_some(wheel)
}

/// Moves what pip delivered (and verified against the index) to the store, the hash first.
fn keep_arrived(arriving: &Path, store: &Path) -> Result<()> {
    fs::create_dir_all(store).with_context(|| format!("cannot create {}", store.display()))?;
    for entry in fs::read_dir(arriving).with_context(|| format!("cannot list {}", arriving.display()))? {
        let path = entry.with_context(|| format!("cannot list {}", arriving.display()))?.path();
        let kept = store.join(path.file_name().expect("because it was listed in a folder"));
        let record = kept.with_extension("blake3");
        fs::write(&record, manifest::hash(&path)?)
            .with_context(|| format!("cannot write {}", record.display()))?;
        fs::rename(&path, &kept)
            .with_context(|| format!("cannot move {} to {}", path.display(), kept.display()))?;
    }
    Ok(())
}

fn pip(staging: &Path, arguments: &[OsString]) -> Result<()> {
    // pip's temporary files beside the result: a small /tmp is a common reason for "no space left".
    let temporary = own_folder(staging, "tmp")?;
    let mut command = Command::new(process::python());
    command
        .args(["-m", "pip", "--disable-pip-version-check"])
        .args(arguments)
        .args(pip_target())
        .env("TMPDIR", &temporary)
        .env("PYTHONUNBUFFERED", "1");
    let ended = process::run_with_tail(&mut command)?;
    if !ended.status.success() {
        bail!(
            "pip could not fetch torch=={TORCH_VERSION} ({}); check the network (and the proxy, if there is \
             one) and run again: what has arrived is kept. Or set LIBTORCH to a LibTorch you have. pip said:\n{}",
            ended.status,
            ended.tail
        );
    }
    Ok(())
}

/// A fresh folder for this process. What a killed setup started may live on for a while:
/// it must not write where this one does.
fn own_folder(staging: &Path, kind: &str) -> Result<PathBuf> {
    fs::create_dir_all(staging).with_context(|| format!("cannot create {}", staging.display()))?;
    for entry in
        fs::read_dir(staging).with_context(|| format!("cannot list {}", staging.display()))?.flatten()
    {
        if entry.file_name().to_string_lossy().starts_with(&format!("{kind}-")) {
            // Left by a broken-off setup; if something still writes there, the next setup removes the rest.
            fs::remove_dir_all(entry.path()).ok();
        }
    }
    let folder = staging.join(format!("{kind}-{}", std::process::id()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

fn check_space(folder: &Path, needed: u64) -> Result<()> {
    let free = process::free_bytes(folder)?;
    if free < needed {
        bail!(
            "not enough space for LibTorch below {}: {} MiB free, {} MiB needed; free some, or put the target folder \
             elsewhere with CARGO_TARGET_DIR",
            folder.display(),
            free >> 20,
            needed >> 20
        );
    }
    Ok(())
}
