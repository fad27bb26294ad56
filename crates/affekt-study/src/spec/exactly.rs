//! Lists of a fixed length.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// Reads a list of `N` items and no more: readers of TOML take the first `N` and leave the rest unsaid.
pub(super) fn exactly<'de, D, T, const N: usize>(deserializer: D) -> Result<[T; N], D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let refuse = |_| D::Error::custom(format!("a list of another length, expected {N} items"));
    Vec::deserialize(deserializer)?.try_into().map_err(refuse)
}

/// The same where it may be absent.
pub(super) fn exactly_if_any<'de, D, T, const N: usize>(deserializer: D) -> Result<Option<[T; N]>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<Exactly<T, N>>::deserialize(deserializer).map(|list| list.map(|Exactly(items)| items))
}

#[derive(Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Exactly<T, const N: usize>(#[serde(deserialize_with = "exactly")] [T; N]);
