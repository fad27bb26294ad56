//! Training loop, checkpoints and evaluation; knows no model and no loss by name.
