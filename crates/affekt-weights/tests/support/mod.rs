//! The files of `golden/` and what torch reads from them.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test uses its part; a helper that cannot go on fails its test"
)]

use std::path::{Path, PathBuf};

use affekt_weights::{HostTensor, ReadOptions, StateDict, WeightsError};
use serde_json::Value;

pub(crate) fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

pub(crate) fn expected() -> Value {
    serde_json::from_slice(&std::fs::read(golden("expected.json")).unwrap()).unwrap()
}

pub(crate) fn read(name: &str, key: Option<&str>) -> Result<StateDict, WeightsError> {
    StateDict::read_with(&golden(name), &ReadOptions { key: key.map(str::to_owned), named_by: None })
}

/// The error and its causes, as the command prints them.
pub(crate) fn told(error: &WeightsError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

pub(crate) fn zeros(shape: &[usize]) -> HostTensor {
    HostTensor::from_f32(shape.to_vec(), &vec![0.0; shape.iter().product()]).unwrap()
}
