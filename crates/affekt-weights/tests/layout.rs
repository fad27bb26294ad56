//! Names go from a ResNet into the layouts of affekt and back.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::collections::BTreeMap;

use affekt_weights::{Division, Expected, Kind, Layout, NameMap, Rules, StateDict, plan, save};
use support::{read, told, zeros};

const DIVISIONS: [Division; 4] = [Division::Conv1, Division::Layer1, Division::Layer2, Division::Layer3];

fn layouts() -> impl Iterator<Item = Layout> {
    DIVISIONS.into_iter().map(|division| Layout::DualBranch { division }).chain([Layout::MultiTask])
}

/// The checkpoint a model would have after taking its values from `map`.
fn filled(state: &StateDict, map: &NameMap) -> StateDict {
    let kept = map.pairs.iter().filter(|(target, _)| !target.ends_with("num_batches_tracked"));
    StateDict::from_tensors(kept.map(|(target, source)| (target.clone(), state.get(source).unwrap().clone())))
}

#[test]
fn what_goes_in_comes_out_again() {
    let net = read("net.safetensors", None).unwrap();
    for layout in layouts() {
        let model = filled(&net, &layout.import(&net, 7));
        assert_eq!(Layout::detect(&model), Some(layout));
        let exported = Layout::export(&model).unwrap();
        assert_eq!(exported.layout, layout);
        assert!(exported.state.names().eq(net.names()), "{layout:?}");
        for (name, tensor) in exported.state.iter() {
            let expected = net.get(name).unwrap();
            // The counter of the fixture counts; an exported one starts at 0, as a scalar of 64 bit.
            let bytes_agree = name.ends_with("num_batches_tracked") || tensor.bytes() == expected.bytes();
            assert!(bytes_agree && tensor.shape() == expected.shape(), "{layout:?}: {name}");
            assert_eq!(tensor.kind(), expected.kind(), "{layout:?}: {name}");
        }
        assert_eq!(exported.n_added, net.names().filter(|name| name.ends_with("running_mean")).count());
    }
}

#[test]
fn the_multi_task_model_has_a_backbone_and_heads() {
    let net = read("net.safetensors", None).unwrap();
    let map = Layout::MultiTask.import(&net, 7);
    assert_eq!(map.pairs["backbone.layer2.0.conv1.weight"], "layer2.0.conv1.weight");
    assert_eq!(map.pairs["backbone.layer2.0.downsample.0.weight"], "layer2.0.downsample.0.weight");
    assert_eq!(map.pairs["expression.bias"], "fc.bias");
    assert!(map.dropped.is_empty());
}

#[test]
fn both_branches_get_the_stages_behind_the_division() {
    let net = read("net.safetensors", None).unwrap();
    let map = Layout::DualBranch { division: Division::Layer2 }.import(&net, 7);
    assert_eq!(map.pairs["stem.layer2.0.conv1.weight"], "layer2.0.conv1.weight");
    for branch in ["auxiliary", "target"] {
        assert_eq!(map.pairs[&format!("{branch}.layer3.0.bn1.bias")], "layer3.0.bn1.bias");
        assert_eq!(map.pairs[&format!("{branch}.expression.weight")], "fc.weight");
        assert!(!map.pairs.contains_key(&format!("{branch}.layer2.0.bn1.bias")));
    }
}

#[test]
fn a_classifier_of_other_classes_is_dropped_and_told() {
    let backbone = read("backbone.pth", None).unwrap();
    let names = Layout::MultiTask.import(&backbone, 7);
    let expected: Vec<Expected> = names
        .pairs
        .iter()
        .filter(|(target, _)| !target.ends_with("num_batches_tracked"))
        .map(|(target, source)| Expected::new(target, backbone.get(source).unwrap().shape(), Kind::F32))
        .chain([Expected::new("expression.weight", [7, 4], Kind::F32)])
        .collect();
    let rules = Rules { names, ..Rules::default() };
    let text = told(&plan(&backbone, &expected, &rules).unwrap_err());
    assert!(
        text.contains("missing 1: expression.weight"),
        "a head is not left random without a word: {text}"
    );
    let rules = Rules { fresh: vec!["expression.".into()], ..rules };
    let (pairs, report) = plan(&backbone, &expected, &rules).unwrap();
    assert_eq!(pairs.len() + 1, expected.len());
    let text = report.to_string();
    assert!(text.contains("fc.weight (a classifier of 10 classes, the model has 7)"), "{text}");
    assert!(report.n_counters > 0 && report.unused.is_empty(), "{text}");
}

#[test]
fn a_name_that_no_resnet_has_is_left_to_the_plan() {
    let net = read("net.safetensors", None).unwrap();
    let more = net.iter().map(|(name, tensor)| (name.to_owned(), tensor.clone()));
    let net = StateDict::from_tensors(more.chain([("mask.weight".to_owned(), zeros(&[2]))]));
    let names = Layout::MultiTask.import(&net, 7);
    let expected: Vec<Expected> = names
        .pairs
        .iter()
        .map(|(to, from)| Expected::new(to, net.get(from).unwrap().shape(), net.get(from).unwrap().kind()))
        .collect();
    let error = plan(&net, &expected, &Rules { names, ..Rules::default() }).unwrap_err();
    assert!(told(&error).contains("unused 1: mask.weight"), "{error}");
}

fn with(state: &StateDict, name: &str) -> StateDict {
    let more = state.iter().map(|(name, tensor)| (name.to_owned(), tensor.clone()));
    StateDict::from_tensors(more.chain([(name.to_owned(), zeros(&[2]))]))
}

#[test]
fn what_a_resnet_has_no_place_for_is_told() {
    let net = read("net.safetensors", None).unwrap();
    let model = with(&filled(&net, &Layout::MultiTask.import(&net, 7)), "va.weight");
    let text = Layout::export(&model).unwrap().to_string();
    assert!(text.contains("left behind 1: va (1)"), "{text}");
    let layout = Layout::DualBranch { division: Division::Layer1 };
    let model = with(&filled(&net, &layout.import(&net, 7)), "target.attention.0.weight");
    let text = Layout::export(&model).unwrap().to_string();
    for part in ["auxiliary.expression (2)", "auxiliary.layer4 (15)", "target.attention (1)"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn what_is_no_whole_resnet_is_not_exported() {
    let net = read("net.safetensors", None).unwrap();
    assert!(told(&Layout::export(&net).unwrap_err()).contains("neither backbone.*"));
    let model = filled(&net, &Layout::MultiTask.import(&net, 7));
    let small = model.iter().filter(|(name, _)| !name.contains("layer4"));
    let small = StateDict::from_tensors(small.map(|(name, tensor)| (name.to_owned(), tensor.clone())));
    assert!(told(&Layout::export(&small).unwrap_err()).contains("no layer4"));
}

#[test]
fn saved_bytes_depend_on_nothing_but_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let views = read("views.pth", None).unwrap();
    let metadata: BTreeMap<String, String> =
        (0..9).map(|i| (format!("key{i}"), format!("\"text\" {i}"))).collect();
    let bytes = ["a", "b"].map(|name| {
        save(&folder.path().join(name), &views, &metadata).unwrap();
        std::fs::read(folder.path().join(name)).unwrap()
    });
    assert_eq!(bytes[0], bytes[1]);
    let back = StateDict::read(&folder.path().join("a")).unwrap();
    assert!(back.iter().eq(views.iter()), "kinds, shapes and bytes stay");
    assert_eq!(back.origin().metadata, metadata);
    // The safetensors crate, which is not ours, reads the same.
    let file = safetensors::SafeTensors::deserialize(&bytes[0]).unwrap();
    for (name, tensor) in views.iter() {
        assert_eq!(file.tensor(name).unwrap().data(), tensor.bytes(), "{name}");
    }
}
