//! Losses of the expression head: hand-worked values, reference vectors, gradients, and what each is for.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

use affekt_losses::{ExpressionLoss, soft_expression_loss};
use affekt_metrics::{effective_number, inverse_frequency, ldam_margins, log_prior};
use affekt_tensor::{Device, Kind, Tensor, set_threads};

/// Training images of AffectNet-8 per class, the counts behind the reference values below.
const AFFECTNET: [u64; 8] = [74874, 134_415, 25459, 14090, 6378, 3803, 24882, 3750];
const LOGITS: [f64; 8] = [0.2, 0.1, -0.3, 0.5, 0.0, 0.4, 0.3, 0.2];

fn one(loss: &ExpressionLoss, logits: &[f64], class: i64, epoch: u32) -> f64 {
    let n = i64::try_from(logits.len()).unwrap();
    let z = Tensor::from_slice(logits).reshape([1, n]);
    let mask = Tensor::ones([1], (Kind::Double, Device::Cpu));
    loss.forward(&z, &Tensor::from_slice(&[class]), &mask, epoch).double_value(&[])
}

fn near(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-9 * (1.0 + expected.abs()), "{got} against {expected}");
}

/// Every loss on classes of these training counts.
fn all(counts: &[u64]) -> Vec<(&'static str, ExpressionLoss)> {
    let adjusted =
        |tau: f64| ExpressionLoss::Adjusted { offsets: log_prior(counts).iter().map(|x| tau * x).collect() };
    let ldam = ExpressionLoss::Ldam {
        margins: ldam_margins(counts, 0.5),
        scale: 30.0,
        weights: effective_number(counts, 0.9999),
        deferred_to: 3,
    };
    vec![
        ("cross-entropy", ExpressionLoss::CrossEntropy),
        ("class-weights", ExpressionLoss::Weighted { weights: inverse_frequency(counts, 1.0) }),
        ("effective-number", ExpressionLoss::Weighted { weights: effective_number(counts, 0.999) }),
        ("focal", ExpressionLoss::Focal { gamma: 2.0 }),
        ("ldam-drw", ldam),
        ("logit-adjust", adjusted(1.0)),
        ("label-smoothing", ExpressionLoss::Smoothed { epsilon: 0.1 }),
        ("confidence-penalty", ExpressionLoss::ConfidencePenalty { beta: 0.1 }),
        ("mean-absolute", ExpressionLoss::MeanAbsolute),
    ]
}

/// Four samples of three classes with counts 100, 10 and 1, worked by hand in 64 bit from p = softmax(z).
///
/// z = (ln 2, 0, 0): p = (1/2, 1/4, 1/4) for every sample; classes 0, 1, 2 and a masked one.
#[test]
fn each_loss_has_its_hand_worked_value_on_four_samples() {
    let row = [2.0_f64.ln(), 0.0, 0.0];
    let z = Tensor::from_slice(&row.repeat(4)).reshape([4, 3]);
    let class = Tensor::from_slice(&[0_i64, 1, 2, 0]);
    let mask = Tensor::from_slice(&[1.0_f64, 1.0, 1.0, 0.0]);
    let of = |loss: &ExpressionLoss, epoch| loss.forward(&z, &class, &mask, epoch).double_value(&[]);
    let (ln2, ln4) = (2.0_f64.ln(), 4.0_f64.ln());

    near(of(&ExpressionLoss::CrossEntropy, 1), (ln2 + 2.0 * ln4) / 3.0);
    // Weights 1, 10, 100 up to scale, over their sum.
    let weighted = ExpressionLoss::Weighted { weights: inverse_frequency(&[100, 10, 1], 1.0) };
    near(of(&weighted, 1), (ln2 + 10.0 * ln4 + 100.0 * ln4) / 111.0);
    // (1 - beta^n) at beta = 1/2: 1, 1023/1024, 1/2.
    let w = [1.0, 1024.0 / 1023.0, 2.0];
    let effective = ExpressionLoss::Weighted { weights: effective_number(&[100, 10, 1], 0.5) };
    near(of(&effective, 1), (w[0] * ln2 + w[1] * ln4 + w[2] * ln4) / (w[0] + w[1] + w[2]));
    near(of(&ExpressionLoss::Focal { gamma: 2.0 }, 1), (ln2 / 4.0 + 2.0 * ln4 * 9.0 / 16.0) / 3.0);
    // Margins 1/sqrt 10, 10^-1/4, 1 times ln 2 on a head of scale 1: exp(z_y) falls by 2^-margin.
    let margins = ldam_margins(&[100, 10, 1], ln2);
    let ldam = ExpressionLoss::Ldam { margins, scale: 1.0, weights: vec![1.0, 2.0, 3.0], deferred_to: 5 };
    let held = [0.1_f64.sqrt(), 0.1_f64.powf(0.25), 1.0].map(|m| 2.0_f64.powf(-m));
    let losses = [
        -(2.0 * held[0] / (2.0 * held[0] + 2.0)).ln(),
        -(held[1] / (held[1] + 3.0)).ln(),
        -(held[2] / (held[2] + 3.0)).ln(),
    ];
    near(of(&ldam, 4), losses.iter().sum::<f64>() / 3.0);
    near(of(&ldam, 5), (losses[0] + 2.0 * losses[1] + 3.0 * losses[2]) / 6.0);
    // pi times exp z: 200, 10, 1.
    let adjusted = ExpressionLoss::Adjusted { offsets: log_prior(&[100, 10, 1]) };
    let total = 211.0_f64;
    near(of(&adjusted, 1), (-(200.0 / total).ln() - (10.0 / total).ln() - (1.0 / total).ln()) / 3.0);
    let mean_nll = (ln2 + 2.0 * ln4) / 3.0;
    near(of(&ExpressionLoss::Smoothed { epsilon: 0.3 }, 1), 0.7 * mean_nll + 0.3 * mean_nll);
    let entropy = 0.5 * ln2 + 0.5 * ln4;
    near(of(&ExpressionLoss::ConfidencePenalty { beta: 0.5 }, 1), mean_nll - 0.5 * entropy);
    near(of(&ExpressionLoss::MeanAbsolute, 1), (0.5 + 0.75 + 0.75) / 3.0);
    // Half of one class and half of another.
    let soft = Tensor::from_slice(&[0.5, 0.5, 0.0].repeat(4)).reshape([4, 3]);
    near(soft_expression_loss(&z, &soft, &mask).double_value(&[]), f64::midpoint(ln2, ln4));
}

/// The part `imbalance` of the reference vectors, made with numpy from the formulas of the papers.
#[test]
fn frequency_formulas_and_losses_equal_the_reference_vectors() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/ot_ml_vectors.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        skip("frequency_formulas_and_losses_equal_the_reference_vectors");
        return;
    };
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let vector = all["vectors"].as_array().unwrap().iter().find(|v| v["id"] == "imbalance").unwrap();
    let list = |key: &str| -> Vec<f64> { serde_json::from_value(vector[key].clone()).unwrap() };
    let number = |key: &str| vector[key].as_f64().unwrap();
    let close = |got: &[f64], key: &str| {
        for (a, b) in got.iter().zip(list(key)) {
            assert!((a - b).abs() < 1e-12 * (1.0 + b.abs()), "{key}: {a} against {b}");
        }
    };
    let counts: Vec<u64> = serde_json::from_value(vector["counts_affectnet8_train"].clone()).unwrap();
    assert_eq!(counts, AFFECTNET);
    close(&inverse_frequency(&counts, 1.0), "inverse_freq_mean1");
    for (beta, key) in [(0.999, "eff_0_999"), (0.9999, "eff_0_9999"), (0.99999, "eff_0_99999")] {
        close(&effective_number(&counts, beta), key);
    }
    close(&ldam_margins(&counts, 0.5), "ldam_margins_maxm0_5");
    let prior: Vec<f64> = log_prior(&counts).into_iter().map(f64::exp).collect();
    close(&prior, "prior");

    let logits = list("logits");
    let y = vector["y"].as_i64().unwrap();
    let check = |loss: &ExpressionLoss, logits: &[f64], key: &str| near(one(loss, logits, y, 1), number(key));
    check(&ExpressionLoss::CrossEntropy, &logits, "ce");
    let adjusted = ExpressionLoss::Adjusted { offsets: log_prior(&counts) };
    check(&adjusted, &logits, "balanced_softmax");
    check(&adjusted, &logits, "logit_adjust_tau1");
    check(&ExpressionLoss::Focal { gamma: 2.0 }, &logits, "focal_gamma2");
    check(&ExpressionLoss::ConfidencePenalty { beta: 0.1 }, &logits, "confidence_penalty_beta0_1");
    check(&ExpressionLoss::Smoothed { epsilon: 0.1 }, &logits, "label_smoothing_0_1");
    // The vector scales cosines; our head gives scaled cosines already.
    let scaled: Vec<f64> = logits.iter().map(|z| 30.0 * z).collect();
    let (margins, weights) = (ldam_margins(&counts, 0.5), vec![1.0; 8]);
    let ldam = ExpressionLoss::Ldam { margins, scale: 30.0, weights, deferred_to: 9 };
    check(&ldam, &scaled, "ldam_s30");
}

fn skip(test: &str) {
    eprintln!("skipped {test}: no ../shared beside the workspace");
    if let Some(log) = std::env::var_os("AFFEKT_SKIP_LOG") {
        use std::io::Write as _;
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        writeln!(file, "{test}: ../shared is absent").unwrap();
    }
}

#[test]
fn gradients_equal_central_differences() {
    let class = Tensor::from_slice(&[7_i64, 0, 3]);
    let mask = Tensor::from_slice(&[1.0_f64, 1.0, 0.0]);
    let start: Vec<f64> = LOGITS.iter().chain(&LOGITS).chain(&LOGITS).copied().collect();
    for (name, loss) in all(&AFFECTNET) {
        for epoch in [1, 3] {
            let value = |z: &[f64]| {
                let z = Tensor::from_slice(z).reshape([3, 8]);
                loss.forward(&z, &class, &mask, epoch).double_value(&[])
            };
            let z = Tensor::from_slice(&start).reshape([3, 8]).set_requires_grad(true);
            loss.forward(&z, &class, &mask, epoch).backward();
            let gradient = z.grad();
            for k in 0..24_usize {
                let shifted = |by: f64| {
                    let mut moved = start.clone();
                    moved[k] += by;
                    value(&moved)
                };
                let numeric = (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
                let k = i64::try_from(k).unwrap();
                let exact = gradient.double_value(&[k / 8, k % 8]);
                assert!(
                    (numeric - exact).abs() < 1e-6,
                    "{name}, epoch {epoch}, logit {k}: {numeric} {exact}"
                );
            }
        }
    }
}

/// METHODS 10, check 2: finite at p -> one-hot on either side, and with nothing labelled.
#[test]
fn check_2_gradients_are_finite_at_one_hot_and_with_masked_batches() {
    for (name, loss) in all(&[1000, 100, 10]) {
        for logits in [[300.0_f32, 0.0, 0.0], [0.0, 300.0, 0.0], [-300.0, 0.0, 300.0], [0.0; 3]] {
            for labelled in [1.0_f32, 0.0] {
                let z = Tensor::from_slice(&logits).reshape([1, 3]).set_requires_grad(true);
                let value =
                    loss.forward(&z, &Tensor::from_slice(&[0_i64]), &Tensor::from_slice(&[labelled]), 3);
                value.backward();
                let finite = z.grad().isfinite().all().int64_value(&[]) == 1;
                assert!(
                    finite && value.double_value(&[]).is_finite(),
                    "{name} at {logits:?}, mask {labelled}"
                );
                if labelled == 0.0 {
                    assert!(value.double_value(&[]).abs() < 1e-30, "{name}: nothing labelled, no loss");
                }
            }
        }
    }
}

/// METHODS 10, check 3: classes in another order, weights alike, leave the loss unchanged.
#[test]
fn check_3_the_order_of_classes_does_not_matter() {
    let order = [3, 1, 7, 0, 2, 6, 5, 4];
    let permute = |values: &[u64]| order.map(|k| values[k]).to_vec();
    let moved: Vec<f64> = order.iter().map(|&k| LOGITS[k]).collect();
    for ((name, plain), (_, permuted)) in all(&AFFECTNET).into_iter().zip(all(&permute(&AFFECTNET))) {
        for class in 0..8_usize {
            let place = order.iter().position(|&k| k == class).unwrap();
            let a = one(&plain, &LOGITS, i64::try_from(class).unwrap(), 3);
            let b = one(&permuted, &moved, i64::try_from(place).unwrap(), 3);
            assert!((a - b).abs() < 1e-12 * (1.0 + a.abs()), "{name}, class {class}: {a} {b}");
        }
    }
}

/// Two overlapping Gaussians, 19 to 1: cross-entropy gives the rare class less than half of its recall at balance, a
/// frequency loss more; what is not about frequency does not.
#[test]
fn frequency_losses_win_back_the_rare_class_on_a_long_tailed_toy() {
    set_threads(1);
    let (n, rare) = (2000_usize, 100_usize);
    let mut stream = affekt_core::Seed(5).stream("toy", &[]);
    let class: Vec<i64> = (0..n).map(|k| i64::from(k < rare)).collect();
    // Means -1 and 1, unit variance: at balance both recalls are Phi(1) = 0.84.
    let x: Vec<f64> = class.iter().map(|&c| 2.0 * c as f64 - 1.0 + stream.normal()).collect();
    let features =
        Tensor::stack(&[Tensor::from_slice(&x), Tensor::ones([2000], (Kind::Double, Device::Cpu))], 1);
    let (class, mask) = (Tensor::from_slice(&class), Tensor::ones([2000], (Kind::Double, Device::Cpu)));
    let counts = [(n - rare) as u64, rare as u64];
    let recall = |loss: &ExpressionLoss| {
        let mut w = Tensor::zeros([2, 2], (Kind::Double, Device::Cpu)).set_requires_grad(true);
        for _ in 0..400 {
            loss.forward(&features.matmul(&w), &class, &mask, 1).backward();
            let step = w.grad() * 0.5;
            w = (w.detach() - step).set_requires_grad(true);
        }
        let said = features.matmul(&w).argmax(1, false);
        let right = said.narrow(0, 0, 100).eq(1).sum(Kind::Int64).int64_value(&[]);
        right as f64 / rare as f64
    };
    let plain = recall(&ExpressionLoss::CrossEntropy);
    assert!(plain < 0.5, "{plain}");
    for (name, loss) in [
        ("class-weights", ExpressionLoss::Weighted { weights: inverse_frequency(&counts, 1.0) }),
        ("effective-number", ExpressionLoss::Weighted { weights: effective_number(&counts, 0.9999) }),
        ("logit-adjust", ExpressionLoss::Adjusted { offsets: log_prior(&counts) }),
    ] {
        let won = recall(&loss);
        assert!(won > 0.75, "{name}: {won} against {plain}");
    }
    // Margins hold the rare class off, weights come later: in between.
    let margins = ldam_margins(&counts, 0.5);
    let ldam = ExpressionLoss::Ldam { margins, scale: 4.0, weights: vec![1.0; 2], deferred_to: 9 };
    assert!(recall(&ldam) > plain, "ldam");
    for loss in [ExpressionLoss::Smoothed { epsilon: 0.1 }, ExpressionLoss::ConfidencePenalty { beta: 0.1 }] {
        let other = recall(&loss);
        assert!(other < 0.6, "{loss:?}: {other}");
    }
}
