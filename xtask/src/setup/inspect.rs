//! What a LibTorch folder holds: the libraries and headers a build needs, the version, CPU or CUDA.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::TORCH_VERSION;

/// Which devices a LibTorch can compute on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Without CUDA libraries.
    Cpu,
    /// With CUDA libraries.
    Cuda,
}

/// A LibTorch folder that passed [`inspect`].
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// As the folder states it, without a local part such as `+cu130`.
    pub version: String,
    /// CPU or CUDA.
    pub flavour: Flavour,
}

/// Reads the folder's version and checks that what a build and a start need is there.
pub(crate) fn inspect(folder: &Path) -> Result<Found> {
    ensure!(folder.is_dir(), "{} is no folder", folder.display());
    let version = version(folder)?;
    let bypass = std::env::var_os("LIBTORCH_BYPASS_VERSION_CHECK").is_some();
    if !same_release(&version) && !bypass {
        bail!("{} holds LibTorch {version}, expected {TORCH_VERSION}", folder.display());
    }
    for header in ["include/ATen/ATen.h", "include/torch/csrc/api/include/torch/torch.h"] {
        ensure!(folder.join(header).is_file(), "{} lacks {header}", folder.display());
    }
    for name in ["torch_cpu", "c10", "torch"] {
        check_library(&library(folder, name))?;
    }
    let cuda = library(folder, "torch_cuda").is_file();
    Ok(Found { version, flavour: if cuda { Flavour::Cuda } else { Flavour::Cpu } })
}

fn library(folder: &Path, name: &str) -> std::path::PathBuf {
    folder.join("lib").join(format!("{DLL_PREFIX}{name}{DLL_SUFFIX}"))
}

/// A patch release keeps the interface the bindings were generated from, so the first two numbers decide.
fn same_release(version: &str) -> bool {
    let two = |text: &str| text.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    two(version) == two(TORCH_VERSION)
}

/// From `build-version` (LibTorch archives), `version.py` (a Python package) or the headers, in this order.
fn version(folder: &Path) -> Result<String> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    read("build-version")
        .map(|text| text.trim().to_owned())
        .or_else(|| quoted_after(&read("version.py")?, "__version__ = "))
        .or_else(|| quoted_after(&read("include/torch/headeronly/version.h")?, "#define TORCH_VERSION \\"))
        .map(|text| text.split('+').next().unwrap_or_default().to_owned())
        .with_context(|| {
            format!(
                "{} states no version (build-version, version.py, torch/headeronly/version.h)",
                folder.display()
            )
        })
}

/// The first quoted text at or after `marker`.
pub(super) fn quoted_after(text: &str, marker: &str) -> Option<String> {
    let rest = &text[text.find(marker)? + marker.len()..];
    let start = rest.find(['"', '\''])?;
    let quote = &rest[start..=start];
    let end = rest[start + 1..].find(quote)?;
    Some(rest[start + 1..start + 1 + end].to_owned())
}

/// An ELF library for this processor, or a linker script such as the one `setup` writes; other systems: any file.
fn check_library(path: &Path) -> Result<()> {
    let mut head = Vec::new();
    File::open(path)
        .and_then(|file| file.take(20).read_to_end(&mut head))
        .with_context(|| format!("cannot read {}", path.display()))?;
    if !cfg!(target_os = "linux") || head.starts_with(b"INPUT(") {
        return Ok(());
    }
    let machine = if cfg!(target_arch = "aarch64") { 183 } else { 62 };
    check_elf(&head, machine).with_context(|| format!("{} is no usable library", path.display()))
}

fn check_elf(head: &[u8], machine: u16) -> Result<()> {
    ensure!(head.len() == 20, "expected an ELF header, got {} bytes", head.len());
    ensure!(head.starts_with(b"\x7fELF"), "expected an ELF header, got {:02x?}", &head[..4]);
    ensure!(
        head[4] == 2 && head[5] == 1,
        "expected 64-bit little-endian, got class {} data {}",
        head[4],
        head[5]
    );
    let got = u16::from_le_bytes([head[18], head[19]]);
    ensure!(got == machine, "built for another processor: expected ELF machine {machine}, got {got}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_each_source() {
        let header = "#define TORCH_VERSION \\\n  \"2.11.0\"\n";
        assert_eq!(quoted_after(header, "#define TORCH_VERSION \\").as_deref(), Some("2.11.0"));
        let module = "__all__ = ['__version__']\n__version__ = '2.11.0+cu130'\n";
        assert_eq!(quoted_after(module, "__version__ = ").as_deref(), Some("2.11.0+cu130"));
        assert_eq!(quoted_after("", "__version__ = "), None);
    }

    #[test]
    fn patch_releases_are_the_same_release() {
        assert!(same_release("2.11.1"));
        assert!(!same_release("2.1.10"));
        assert!(!same_release("2.12.0"));
    }

    #[test]
    fn an_elf_head_is_told_from_anything_else() {
        let mut head = *b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0";
        assert!(check_elf(&head, 62).is_ok());
        assert!(check_elf(&head, 183).is_err());
        assert!(check_elf(&head[..7], 62).is_err());
        head[0] = 0;
        assert!(check_elf(&head, 62).is_err());
    }
}
