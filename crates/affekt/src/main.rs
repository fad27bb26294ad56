//! The affekt command: data, worlds, studies, training, comparison and report.
fn main() {}
