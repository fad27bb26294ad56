//! Our side of `cargo xtask bench step`: training steps on a batch that stays the same, as the loop makes them.
//!
//! Usage: `step_rate NET SIZE BATCH PRECISION THREADS STEPS EXCHANGE`; NET is `resnet18` or `small`, PRECISION `fp32` or
//! `bf16`. EXCHANGE receives the initial weights and the batch (safetensors), from which the peer starts. The last line
//! printed is one JSON object: milliseconds of each step after the warm-up, the loss of every step, peak memory.

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use affekt_artifact::write_atomic;
use affekt_core::Seed;
use affekt_learn::{AffectModel as _, Objective as _, Target};
use affekt_losses::{ExpressionLoss, MultiTaskObjective, MultiTaskSpec, TaskWeights, Weighing};
use affekt_models::{Architecture, ExpressionHead, HeadSizes, MultiTask, ResNet};
use affekt_tensor::{
    AdamW, AdamWParams, Device, Kind, Mode, Optimizer as _, ParamStore, Precision, Tensor, save_tensors,
    set_threads,
};

/// Expression classes, those of faces8.
const CLASSES: i64 = 8;
/// Steps before the clock counts.
const WARM_UP: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [net, size, batch, precision, threads, steps, exchange] = arguments.as_slice() else {
        return Err("usage: step_rate NET SIZE BATCH PRECISION THREADS STEPS EXCHANGE".into());
    };
    let (size, batch, steps): (i64, i64, usize) = (size.parse()?, batch.parse()?, steps.parse()?);
    let precision = match precision.as_str() {
        "fp32" => Precision::Fp32,
        "bf16" => Precision::Bf16,
        other => return Err(format!("precision {other:?}; expected fp32 or bf16").into()),
    };
    let architecture = match net.as_str() {
        "resnet18" => Architecture::ResNet18,
        "small" => Architecture::SmallResNet { width: 32, blocks: 1 },
        other => return Err(format!("net {other:?}; expected resnet18 or small").into()),
    };
    set_threads(threads.parse()?);

    let store = ParamStore::new(Seed(0), Device::Cpu);
    let root = store.root();
    let backbone = Box::new(ResNet::new(&root.sub("backbone"), architecture));
    let heads = HeadSizes { n_classes: CLASSES, va: false, n_aus: 0 };
    let model = MultiTask::new(&root, backbone, heads, ExpressionHead::Linear, 0.0);
    let (images, target) = batch_of(batch, size);
    let mut written = store.snapshot();
    written.insert("batch.images".to_owned(), images.contiguous());
    written.insert("batch.classes".to_owned(), target.expression.copy());
    write_atomic(Path::new(exchange), &save_tensors(&written, &std::collections::BTreeMap::new())?)?;

    let mut objective = MultiTaskObjective::new(MultiTaskSpec {
        weights: TaskWeights { expression: 1.0, va: 0.0, au: 0.0 },
        weighing: Weighing::Fixed,
        expression: ExpressionLoss::CrossEntropy,
        lambda: 0.0,
        cost: None,
    })?;
    let mut optimizer = AdamW::new(AdamWParams::new(0.9, 0.999, 1e-8, 0.05)?, store.parameters());
    let (mut milliseconds, mut losses) = (Vec::new(), Vec::new());
    for step in 0..WARM_UP + steps {
        let started = Instant::now();
        let output = model.forward(&images, Mode { train: true, precision, noise: Seed(step as u64) });
        let loss = objective.forward(&output, &target)?.total;
        losses.push(loss.double_value(&[]));
        optimizer.zero_grad();
        loss.backward();
        optimizer.step(1e-3);
        if step >= WARM_UP {
            milliseconds.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    let peak = peak_memory()?;
    println!("{}", serde_json::json!({ "milliseconds": milliseconds, "losses": losses, "peak_mib": peak }));
    Ok(())
}

/// Random pixels within [-1, 1), channels innermost in memory, and classes in turn.
fn batch_of(batch: i64, size: i64) -> (Tensor, Target) {
    let mut stream = Seed(1).stream("batch", &[]);
    let n = usize::try_from(batch * size * size * 3).unwrap_or(0);
    #[expect(clippy::cast_possible_truncation, reason = "inputs are 32-bit")]
    let pixels: Vec<f32> = (0..n).map(|_| (2.0 * stream.uniform() - 1.0) as f32).collect();
    let images = Tensor::from_slice(&pixels).reshape([batch, size, size, 3]).permute([0, 3, 1, 2]);
    let classes: Vec<i64> = (0..batch).map(|i| i % CLASSES).collect();
    let ones = Tensor::ones([batch], (Kind::Float, Device::Cpu));
    let none = |columns| Tensor::zeros([batch, columns], (Kind::Float, Device::Cpu));
    let target = Target {
        expression: Tensor::from_slice(&classes),
        soft: None,
        expression_mask: ones.copy(),
        va: none(2),
        va_mask: ones.zeros_like(),
        aus: none(0),
        au_mask: none(0),
        posterior: None,
    };
    (images, target)
}

/// Largest resident memory of this process in MiB.
fn peak_memory() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM in /proc/self/status")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}
