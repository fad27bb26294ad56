//! What the network of Ada-DF does outside training.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

use affekt_core::Seed;
use affekt_learn::AffectModel as _;
use affekt_models::{Architecture, Division, DualBranch, HeadSizes, Stage};
use affekt_tensor::{Device, Kind, Mode, ParamStore, Precision, Tensor};

fn logits(stem_dropout: f64, dropout_in_eval: bool) -> Tensor {
    let store = ParamStore::new(Seed(0), Device::Cpu);
    let division = Division {
        after: Stage::Layer1,
        freeze_stem: true,
        stem_batch_statistics: false,
        stem_dropout,
        dropout_in_eval,
    };
    let heads = HeadSizes { n_classes: 7, va: false, n_aus: 0 };
    let net = Architecture::SmallResNet { width: 4 };
    let model = DualBranch::new(&store, net, division, heads, 0.0).unwrap();
    let faces = Tensor::arange(2 * 3 * 16 * 16, (Kind::Float, Device::Cpu)).reshape([2, 3, 16, 16]).sin();
    let mode = Mode { train: false, precision: Precision::Fp32, noise: Seed(1) };
    model.forward(&faces, mode).expression
}

/// The quirk `dropout-in-eval`.
#[test]
fn dropout_acts_outside_training_only_where_asked() {
    let plain = logits(0.0, false);
    assert_eq!(logits(0.5, false), plain);
    assert_eq!(logits(0.0, true), plain);
    assert_ne!(logits(0.5, true), plain);
}
