//! Milliseconds of one training step: `step_speed small-32|resnet18 SIZE BATCH bf16|fp32 THREADS`.
#![expect(clippy::print_stdout, reason = "an example prints its result")]

use std::time::Instant;

use affekt_core::Seed;
use affekt_learn::{AffectModel, Backbone};
use affekt_models::{Architecture, ExpressionHead, HeadSizes, MultiTask, ResNet};
use affekt_tensor::{
    AdamW, AdamWParams, Device, Kind, Mode, Optimizer as _, ParamStore, Precision, Tensor, set_threads,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [net, size, batch, precision, threads] = args.as_slice() else {
        return Err("usage: step_speed small-32|resnet18 SIZE BATCH bf16|fp32 THREADS".into());
    };
    let (size, batch): (i64, i64) = (size.parse()?, batch.parse()?);
    set_threads(threads.parse()?);
    let precision = if precision == "bf16" { Precision::Bf16 } else { Precision::Fp32 };
    let store = ParamStore::new(Seed(0), Device::Cpu);
    let path = store.root().sub("backbone");
    let backbone: Box<dyn Backbone> = match net.strip_prefix("small-") {
        Some(width) => {
            Box::new(ResNet::new(&path, Architecture::SmallResNet { width: width.parse()?, blocks: 1 }))
        }
        None => Box::new(ResNet::new(&path, Architecture::ResNet18)),
    };
    let model = MultiTask::new(
        &store.root(),
        backbone,
        HeadSizes { n_classes: 8, va: true, n_aus: 12 },
        ExpressionHead::Linear,
        0.0,
    );
    let mut optimizer = AdamW::new(AdamWParams::new(0.9, 0.999, 1e-8, 0.05)?, store.parameters());
    let images = Tensor::rand([batch, size, size, 3], (Kind::Float, Device::Cpu)).permute([0, 3, 1, 2]);
    let mode = Mode { train: true, precision, noise: Seed(0) };
    let (warm_up, steps) = (3, 15);
    let mut times = Vec::new();
    for step in 0..warm_up + steps {
        let start = Instant::now();
        let output = model.forward(&images, mode);
        let forward = start.elapsed().as_secs_f64();
        let loss = output.expression.log_softmax(-1, Kind::Float).mean(Kind::Float).neg();
        optimizer.zero_grad();
        loss.backward();
        let backward = start.elapsed().as_secs_f64();
        optimizer.step(1e-3);
        if step >= warm_up {
            times.push([forward, backward - forward, start.elapsed().as_secs_f64() - backward]);
        }
    }
    let median = |k: usize| {
        let mut column: Vec<f64> = times.iter().map(|t| t[k] * 1e3).collect();
        column.sort_by(f64::total_cmp);
        column[column.len() / 2]
    };
    let (forward, backward, update) = (median(0), median(1), median(2));
    println!(
        "{net} {size} px batch {batch}: forward {forward:.1} ms, backward {backward:.1} ms, update {update:.1} ms, \
         {:.0} images/s",
        batch as f64 * 1e3 / (forward + backward + update)
    );
    Ok(())
}
