//! Every network: names, shapes, gradients, modes.

use affekt_core::Seed;
use affekt_learn::{AffectModel, Backbone};
use affekt_models::{Architecture, ExpressionHead, HeadSizes, MultiTask, ResNet};
use affekt_tensor::{Device, Kind, Mode, ParamStore, Precision, Tensor};

const HEADS: HeadSizes = HeadSizes { n_classes: 8, va: true, n_aus: 12 };

fn nets() -> Vec<(&'static str, ParamStore, MultiTask)> {
    let build = |name, make: fn(&affekt_tensor::ParamPath) -> Box<dyn Backbone>| {
        let store = ParamStore::new(Seed(0), Device::Cpu);
        let backbone = make(&store.root().sub("backbone"));
        let model = MultiTask::new(&store.root(), backbone, HEADS, ExpressionHead::Linear, 0.0);
        (name, store, model)
    };
    vec![
        build("small-resnet", |path| {
            Box::new(ResNet::new(path, Architecture::SmallResNet { width: 8, blocks: 1 }))
        }),
        build("resnet18", |path| Box::new(ResNet::new(path, Architecture::ResNet18))),
    ]
}

fn faces(n: i64, size: i64) -> Tensor {
    let count = n * 3 * size * size;
    (Tensor::arange(count, (Kind::Float, Device::Cpu)) * 0.37)
        .sin()
        .reshape([n, size, size, 3])
        .permute([0, 3, 1, 2])
}

fn mode(train: bool) -> Mode {
    Mode { train, precision: Precision::Fp32, noise: Seed(0) }
}

#[test]
fn outputs_have_their_shapes_and_every_parameter_learns() {
    for (name, store, model) in nets() {
        let output = model.forward(&faces(4, 48), mode(true));
        let (va, aus) = (output.va.unwrap(), output.aus.unwrap());
        assert_eq!(output.expression.size(), [4, 8], "{name}");
        assert_eq!(va.size(), [4, 2]);
        assert_eq!(aus.size(), [4, 12]);
        assert!(va.abs().le(1.0).all().int64_value(&[]) == 1);
        (output.expression.square().mean(Kind::Float)
            + va.square().mean(Kind::Float)
            + aus.square().mean(Kind::Float))
        .backward();
        for (parameter, tensor) in store.parameters() {
            assert!(tensor.grad().defined(), "{name}: {parameter}");
            assert!(tensor.grad().abs().sum(Kind::Float).double_value(&[]) > 0.0, "{name}: {parameter}");
        }
    }
}

#[test]
fn evaluation_repeats_and_takes_one_face() {
    for (name, store, model) in nets() {
        let running = store.state()["backbone.bn1.running_mean"].copy();
        let faces = faces(3, 48);
        let run = |x: &Tensor| model.forward(x, mode(false)).expression;
        assert_eq!(run(&faces), run(&faces), "{name}");
        let alone = run(&faces.narrow(0, 1, 1)).reshape([8]);
        let together = run(&faces).get(1);
        assert!((alone - together).abs().max().double_value(&[]) < 1e-4, "{name}");
        assert_eq!(
            running,
            store.state()["backbone.bn1.running_mean"],
            "evaluation must not move statistics"
        );
    }
}

/// The names a torchvision ResNet-18 state dict has, classifier and step counters aside.
#[test]
fn resnet18_has_torchvisions_names() {
    let store = ParamStore::new(Seed(0), Device::Cpu);
    ResNet::new(&store.root(), Architecture::ResNet18);
    let state = store.state();
    let mut expected = vec!["conv1.weight".to_owned()];
    let norm = |prefix: String| {
        ["weight", "bias", "running_mean", "running_var"].map(|leaf| format!("{prefix}.{leaf}"))
    };
    expected.extend(norm("bn1".to_owned()));
    for layer in 1..=4 {
        for block in 0..2 {
            for part in 1..=2 {
                expected.push(format!("layer{layer}.{block}.conv{part}.weight"));
                expected.extend(norm(format!("layer{layer}.{block}.bn{part}")));
            }
        }
        if layer > 1 {
            expected.push(format!("layer{layer}.0.downsample.0.weight"));
            expected.extend(norm(format!("layer{layer}.0.downsample.1")));
        }
    }
    expected.sort();
    assert_eq!(state.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(state["layer4.1.conv2.weight"].size(), [512, 512, 3, 3]);
    let parameters: usize = store.parameters().values().map(Tensor::numel).sum();
    assert_eq!(parameters, 11_176_512, "ResNet-18 without its classifier");
}
