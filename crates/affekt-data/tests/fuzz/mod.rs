//! What the fuzzing example and the corpus test share: targets, their inputs and their outcomes.

#![allow(dead_code, reason = "each of the two takes a part")]

pub(crate) mod target;

pub(crate) use target::Target;
