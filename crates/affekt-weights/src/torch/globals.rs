//! The Python names a pickle may mention, and what becomes of them here.

use crate::{Fault, Kind};

/// A listed function or class. None of them runs: each says how its arguments are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    OrderedDict,
    /// `torch._utils._rebuild_tensor` and `_v2`.
    Tensor,
    /// `torch._utils._rebuild_parameter` and `_with_state`.
    Parameter,
    /// `torch.Size`
    Size,
    Storage(Kind),
    /// A record that holds no weights: whatever it is given is dropped.
    Inert,
}

/// What training scripts put beside weights: arguments, scores, devices. Harmless because nothing is called.
const INERT: [(&str, &[&str]); 19] = [
    ("__builtin__", &["set", "frozenset", "complex", "bytearray"]),
    ("_codecs", &["encode"]),
    ("argparse", &["Namespace"]),
    ("builtins", &["set", "frozenset", "complex", "bytearray"]),
    ("collections", &["defaultdict", "Counter"]),
    ("datetime", &["datetime", "timedelta"]),
    ("numpy", &["dtype", "ndarray"]),
    ("numpy._core.multiarray", &["scalar", "_reconstruct"]),
    ("numpy._core.numeric", &["_frombuffer"]),
    ("numpy.core.numeric", &["_frombuffer"]),
    ("numpy.core.multiarray", &["scalar", "_reconstruct"]),
    ("pathlib", &["PosixPath", "WindowsPath", "PurePosixPath", "Path"]),
    ("pathlib._local", &["PosixPath", "WindowsPath", "PurePosixPath", "Path"]),
    ("torch", &["device", "strided"]),
    (
        "torch",
        &["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"],
    ),
    ("torch.serialization", &["_get_layout"]),
    ("types", &["SimpleNamespace"]),
    ("yacs.config", &["CfgNode"]),
    ("omegaconf.dictconfig", &["DictConfig"]),
];

impl Global {
    pub(super) fn find(module: &str, name: &str) -> Result<Self, Fault> {
        let known = match (module, name) {
            ("collections", "OrderedDict") => Some(Self::OrderedDict),
            ("torch", "Size") => Some(Self::Size),
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Some(Self::Tensor),
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => Some(Self::Parameter),
            ("torch" | "torch.storage", class) => Kind::of_storage(class).map(Self::Storage),
            _ => None,
        };
        let inert = || INERT.iter().any(|(inside, names)| *inside == module && names.contains(&name));
        known
            .or_else(|| inert().then_some(Self::Inert))
            .ok_or_else(|| Fault::Global { module: module.to_owned(), name: name.to_owned() })
    }
}
