//! `affekt weights`: what a file holds, and a checkpoint under timm's names.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use affekt_weights::{HostTensor, Layout, StateDict, save};
use support::{affekt, repository};

fn fixture(name: &str) -> String {
    let path = repository().join("crates/affekt-weights/tests/golden").join(name);
    path.to_str().unwrap().to_owned()
}

#[test]
fn show_lists_the_tensors_of_a_torch_checkpoint() {
    let ran = affekt(&["weights", "show", &fixture("net-nested.pth")]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for words in ["torch zip archive, under state_dict, module. removed", "bn1.running_mean", "[2, 3, 3, 3]"]
    {
        assert!(ran.stdout.contains(words), "{}", ran.stdout);
    }
    let ran = affekt(&["weights", "show", &fixture("ema.pth"), "--key", "state_dict_ema", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(shown["origin"]["key"], "state_dict_ema");
    assert_eq!(shown["tensors"][1], serde_json::json!({ "name": "b", "kind": "F32", "shape": [3] }));
}

#[test]
fn what_cannot_be_read_ends_with_exit_code_2_and_a_way_out() {
    for (name, words) in [
        ("system.pth", "posix.system"),
        ("ema.pth", "name the one you want by its key"),
        ("absent.pth", "no weights file"),
    ] {
        let ran = affekt(&["weights", "show", &fixture(name)]);
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
    }
}

#[test]
fn export_writes_timms_names_the_card_and_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let net = StateDict::read(fixture("net.safetensors").as_ref()).unwrap();
    let map = Layout::MultiTask.import(&net, 7);
    let entries = map.pairs.iter().filter(|(to, _)| !to.ends_with("num_batches_tracked"));
    let entries = entries.map(|(to, from)| (to.clone(), net.get(from).unwrap().clone()));
    let va = HostTensor::from_f32(vec![2], &[0.0, 1.0]).unwrap();
    let model = StateDict::from_tensors(entries.chain([("va.bias".to_owned(), va)]));
    let card = [("affekt".to_owned(), "{\"label_set\":[]}".to_owned())].into();
    save(&path("checkpoint.safetensors"), &model, &card).unwrap();
    let (from, to) = (path("checkpoint.safetensors"), path("timm.safetensors"));
    let ran = affekt(&["export", "--checkpoint", from.to_str().unwrap(), "--out", to.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("left behind 1: va (1)"), "{}", ran.stdout);
    let exported = StateDict::read(&to).unwrap();
    assert!(exported.names().eq(net.names()));
    assert_eq!(exported.get("fc.weight"), net.get("fc.weight"));
    assert_eq!(exported.origin().metadata["affekt"], "{\"label_set\":[]}");
}
