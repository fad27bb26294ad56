//! Backbones and the multi-task affect model.

mod block;
mod multi_task;
mod resnet18;
mod small_resnet;

pub use multi_task::{HeadSizes, MultiTask};
pub use resnet18::ResNet18;
pub use small_resnet::SmallResNet;
