//! The traits and batch types between models, losses and the training loop.
