//! Multi-task and optimal-transport losses on tensors.
