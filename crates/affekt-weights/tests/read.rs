//! Every file of `golden/` is read as torch reads it, or refused with the words it should be.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use affekt_weights::{HostTensor, ReadOptions, StateDict, WeightsError};
use serde_json::Value;
use support::{expected, golden, read, told};

fn check_tensor(at: &str, got: &HostTensor, expected: &Value) {
    assert_eq!(got.kind().as_str(), expected["kind"], "{at}: kind");
    assert_eq!(serde_json::json!(got.shape()), expected["shape"], "{at}: shape");
    assert_eq!(serde_json::json!(crc32fast::hash(got.bytes())), expected["crc32"], "{at}: bytes");
    let Some(values) = expected["values"].as_array() else { return };
    let number = |value: &Value| value.as_f64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap());
    let got = got.to_f32();
    assert_eq!(got.len(), values.len(), "{at}");
    for (got, expected) in got.into_iter().zip(values) {
        assert_eq!(f64::from(got).to_bits(), number(expected).to_bits(), "{at}: {got} for {expected}");
    }
}

#[test]
fn files_are_read_as_torch_reads_them() {
    let expected = expected();
    let files = expected["files"].as_object().unwrap();
    assert!(files.len() >= 16, "{}", files.len());
    for (file, expected) in files {
        let (name, key) = file.split_once('?').map_or((file.as_str(), None), |(name, key)| (name, Some(key)));
        let state = read(name, key).unwrap_or_else(|error| panic!("{file}: {}", told(&error)));
        let origin = serde_json::to_value(state.origin()).unwrap();
        for field in ["format", "key", "stripped", "skipped"] {
            assert_eq!(origin[field], expected[field], "{file}: {field}");
        }
        let tensors = expected["tensors"].as_object().unwrap();
        let mut names: Vec<&str> = tensors.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(state.names().collect::<Vec<_>>(), names, "{file}");
        for (name, tensor) in state.iter() {
            check_tensor(&format!("{file}: {name}"), tensor, &tensors[name]);
        }
    }
}

#[test]
fn what_must_not_be_read_is_refused_in_words() {
    let expected = expected();
    let refused = expected["refused"].as_object().unwrap();
    assert!(refused.len() >= 17, "{}", refused.len());
    for (name, words) in refused {
        let error = read(name, None).map(|state| state.len()).expect_err(name);
        let text = told(&error);
        for word in words.as_array().unwrap() {
            assert!(text.contains(word.as_str().unwrap()), "{name}: {text:?} lacks {word}");
        }
        assert!(text.contains(name.as_str()), "{name}: {text}");
    }
}

#[test]
fn the_three_formats_hold_the_same_net() {
    let net = read("net.safetensors", None).unwrap();
    for name in ["net-nested.pth", "net-legacy.pth"] {
        let other = read(name, None).unwrap();
        assert!(net.iter().eq(other.iter()), "{name}");
    }
    assert_eq!(net.origin().metadata["format"], "pt");
}

#[test]
fn a_file_that_is_not_there_says_who_wants_it_and_what_to_do() {
    let options = ReadOptions { named_by: Some("model.weights of study.toml".to_owned()), key: None };
    let error = StateDict::read_with(&golden("absent.pth"), &options).unwrap_err();
    let text = told(&error);
    assert!(matches!(error, WeightsError::NotFound { .. }));
    for word in ["absent.pth", "which model.weights of study.toml names", "never starts from random weights"]
    {
        assert!(text.contains(word), "{text}");
    }
    let error = StateDict::read(&golden("absent.pth")).unwrap_err();
    assert!(!told(&error).contains("names;"), "{error}");
}

#[test]
fn a_key_that_is_not_there_shows_those_that_are() {
    let text = told(&read("net-nested.pth", Some("weights")).unwrap_err());
    assert!(text.contains("under weights") && text.contains("state_dict (68 tensors)"), "{text}");
    let text = told(&read("net.safetensors", Some("model")).unwrap_err());
    assert!(text.contains("no other levels"), "{text}");
}

#[test]
fn a_folder_is_an_error_of_reading() {
    assert!(matches!(read("", None).unwrap_err(), WeightsError::Io { .. }));
}
