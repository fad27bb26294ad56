//! Backbones and the multi-task affect model.
