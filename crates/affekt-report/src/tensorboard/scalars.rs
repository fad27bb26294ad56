//! The numbers of an epoch and their tags.

use affekt_artifact::EpochLine;
use affekt_tensorboard::SummaryValue;

/// What the further numbers of a log mean; others go without a description.
const FURTHER: [(&str, &str); 7] = [
    ("lr", "Learning rate of the last step"),
    ("seconds", "Wall time of the epoch, validation included"),
    ("images_per_second", "Training images per second, validation excluded"),
    ("skipped_steps", "Steps left out because a gradient in half precision was not finite"),
    ("max_gradient_norm", "Longest gradient of a step before it was shortened"),
    ("peak_host_mib", "Most memory of the process so far, in MiB"),
    ("peak_device_mib", "Most memory on the CUDA device so far, in MiB"),
];

/// Wall time of an epoch; 0 where the log does not say it.
pub(super) fn seconds(epoch: &EpochLine) -> f64 {
    epoch.further.get("seconds").copied().filter(|s| *s > 0.0).unwrap_or(0.0)
}

/// Every finite number of an epoch: `loss/total`, `loss/<part>`, `valid/*`, `objective/<name>`, `train/<key>`.
pub(super) fn scalars(epoch: &EpochLine) -> Vec<SummaryValue> {
    let fixed = [
        ("loss/total", "Mean training loss", epoch.train_loss),
        ("valid/accuracy", "Accuracy on the validation split", epoch.valid_accuracy),
        ("valid/macro_f1", "Macro-F1 on the validation split, absent classes 0", epoch.valid_macro_f1),
    ];
    let fixed = fixed.into_iter().map(|(tag, description, value)| (tag.to_owned(), description, value));
    let parts = epoch.parts.iter().map(|(name, value)| {
        (format!("loss/{name}"), "Mean of a part of the loss, before weighting", *value)
    });
    let numbers = epoch.numbers.iter();
    let numbers =
        numbers.map(|(name, value)| (format!("objective/{name}"), "Number the objective gives", *value));
    let further = epoch.further.iter().map(|(key, value)| {
        let known = FURTHER.iter().find(|(name, _)| name == key);
        (format!("train/{key}"), known.map_or("", |(_, description)| description), Some(*value))
    });
    let all = fixed.chain(parts).chain(numbers).chain(further);
    all.filter_map(|(tag, description, value)| {
        Some(SummaryValue::scalar(&tag, description, value.filter(|v| v.is_finite())?))
    })
    .collect()
}
