//! From wheels to a LibTorch folder: `lib/` and `include/` as the `torch-sys` build script wants them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process;

/// Streams members of one wheel to a folder; a checksum error in the archive ends it with an exception.
/// Arguments: wheel, folder, then pairs of member (a trailing slash means everything below) and its new place.
const UNZIP: &str = "
import os, shutil, sys, zipfile
wheel, folder, rules = sys.argv[1], sys.argv[2], sys.argv[3:]
rules = list(zip(rules[::2], rules[1::2]))
used = set()
with zipfile.ZipFile(wheel) as archive:
    for info in archive.infolist():
        name = info.filename
        for source, place in rules:
            below = source.endswith('/') and name.startswith(source)
            if name.endswith('/') or '..' in name.split('/') or not (below or name == source):
                continue
            target = os.path.join(folder, place + name[len(source):] if below else place)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(info) as reader, open(target, 'wb') as writer:
                shutil.copyfileobj(reader, writer, 1 << 20)
            used.add(source)
missing = [source for source, _ in rules if source not in used]
if missing:
    sys.exit('not in ' + os.path.basename(wheel) + ': ' + ', '.join(missing))
";

/// What each wheel of the CPU set gives, and where it goes; the order is that of the fetched wheels.
const CPU_MEMBERS: [&[&str]; 3] = [
    &[
        "torch/lib/libtorch_cpu.so",
        "lib/libtorch_cpu.so",
        "torch/lib/libc10.so",
        "lib/libc10.so",
        "torch/lib/libgomp.so.1",
        "lib/libgomp.so.1",
        "torch/include/",
        "include/",
    ],
    &["nvidia/cu13/lib/libcudart.so.13", "lib/libcudart.so.13"],
    &["nvidia/cu13/lib/libcupti.so.13", "lib/libcupti.so.13"],
];

/// Unpacks the CPU part of the wheels (torch, CUDA runtime, CUPTI) to `folder`.
pub(super) fn cpu_part(wheels: &[PathBuf], folder: &Path) -> Result<()> {
    for (wheel, members) in wheels.iter().zip(CPU_MEMBERS) {
        let mut command = Command::new(process::python());
        command.args(["-c", UNZIP]).arg(wheel).arg(folder).args(members);
        let ended = process::run_with_tail(&mut command)?;
        if !ended.status.success() {
            bail!("cannot unpack {}: {}", wheel.display(), ended.tail.lines().last().unwrap_or("no message"));
        }
    }
    // The wheel's own libtorch.so is linked to libtorch_cuda; the build asks the linker for `-ltorch`.
    fs::write(folder.join("lib").join("libtorch.so"), "INPUT(libtorch_cpu.so)\n")
        .context("cannot write libtorch.so")
}

/// Gives a folder with pip's `site/` the `lib` and `include` a build looks for.
pub(super) fn link_package(folder: &Path) -> Result<()> {
    for name in ["lib", "include"] {
        std::os::unix::fs::symlink(Path::new("site").join("torch").join(name), folder.join(name))
            .with_context(|| format!("cannot link {name} in {}", folder.display()))?;
    }
    Ok(())
}
