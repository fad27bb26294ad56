//! What the fuzzing example and the corpus test share: targets, inputs, outcomes, and a watch over time and memory.

#![expect(dead_code, reason = "each user takes a part")]

mod alarm;
mod counting;
mod target;

pub(crate) use alarm::Alarm;
pub(crate) use counting::Counting;
pub(crate) use target::Target;
