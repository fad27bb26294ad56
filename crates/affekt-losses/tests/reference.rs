//! Tensor losses against the f64 mathematics of affekt-ot and affekt-metrics, and against hand-worked values.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

use affekt_losses::{ExpressionLoss, action_unit_loss, ccc_loss, transport_loss};
use affekt_metrics::ccc;
use affekt_ot::{CostMatrix, Normalisation, one_hot_cost};
use affekt_tensor::{Kind, Tensor};

const LOGITS: [f64; 12] = [2.0, -1.0, 0.5, 0.0, 0.1, 0.2, -3.0, 1.0, 4.0, 0.0, 0.0, 30.0];
const CLASSES: [i64; 3] = [2, 0, 1];

fn logits() -> Tensor {
    Tensor::from_slice(&LOGITS).reshape([3, 4])
}

fn classes() -> Tensor {
    Tensor::from_slice(&CLASSES)
}

fn cost() -> CostMatrix {
    let points = [[0.0, 0.0], [0.8, 0.3], [-0.6, 0.5], [-0.5, -0.4]];
    CostMatrix::from_prototypes(&points).unwrap().normalise(Normalisation::MeanOffDiagonal).unwrap()
}

fn cost_to(cost: &CostMatrix) -> Tensor {
    let n = cost.n_classes();
    let rows: Vec<f64> =
        (0..n).flat_map(|y| (0..n).map(move |j| (j, y))).map(|(j, y)| cost.get(j, y)).collect();
    Tensor::from_slice(&rows).reshape([4, 4])
}

fn softmax(row: &[f64]) -> Vec<f64> {
    let top = row.iter().copied().fold(f64::NEG_INFINITY, |a, b| if b > a { b } else { a });
    let e: Vec<f64> = row.iter().map(|x| (x - top).exp()).collect();
    let sum: f64 = e.iter().sum();
    e.iter().map(|x| x / sum).collect()
}

/// METHODS 10, check 1: the tensor term is `p' C[:, y]`, and with the uniform cost `1 - p_y`.
fn cross_entropy(logits: &Tensor, class: &Tensor, mask: &Tensor) -> Tensor {
    ExpressionLoss::CrossEntropy.forward(logits, class, mask, 1)
}

#[test]
fn check_1_transport_equals_the_closed_form() {
    for cost in [cost(), CostMatrix::uniform(4).unwrap()] {
        let mask = Tensor::from_slice(&[1.0, 0.0, 1.0]);
        let got = transport_loss(&logits(), &classes(), &mask, &cost_to(&cost)).double_value(&[]);
        let one = |k: usize| {
            let p = softmax(&LOGITS[4 * k..4 * k + 4]);
            one_hot_cost(&p, usize::try_from(CLASSES[k]).unwrap(), &cost).unwrap()
        };
        assert!((got - f64::midpoint(one(0), one(2))).abs() < 1e-12, "{got}");
    }
    let p = softmax(&LOGITS[..4]);
    let uniform = one_hot_cost(&p, 2, &CostMatrix::uniform(4).unwrap()).unwrap();
    assert!((uniform - (1.0 - p[2])).abs() < 1e-12);
}

#[test]
fn concordance_equals_the_metric() {
    let predicted = [0.1, 0.4, -0.3, 0.2, 0.7, 0.9, -0.8, 0.0];
    let truth = [0.0, 0.5, -0.2, 0.1, 0.9, 0.5, 0.3, 0.3];
    let tensor = |x: &[f64]| Tensor::from_slice(x).reshape([4, 2]);
    let mask = Tensor::from_slice(&[1.0, 1.0, 1.0, 0.0]);
    let got = ccc_loss(&tensor(&predicted), &tensor(&truth), &mask).double_value(&[]);
    let column = |x: &[f64], k: usize| -> Vec<f64> { (0..3).map(|i| x[2 * i + k]).collect() };
    let one = |k| ccc(&column(&predicted, k), &column(&truth, k)).unwrap();
    assert!((got - (1.0 - f64::midpoint(one(0), one(1)))).abs() < 1e-6, "{got}");
}

#[test]
fn hand_worked_values() {
    // Two classes with equal logits: log 2. A logit of 0: log 2 whatever the label.
    let mask = Tensor::from_slice(&[1.0]);
    let ce =
        cross_entropy(&Tensor::from_slice(&[3.0, 3.0]).reshape([1, 2]), &Tensor::from_slice(&[1_i64]), &mask);
    assert!((ce.double_value(&[]) - std::f64::consts::LN_2).abs() < 1e-12);
    let zero = Tensor::from_slice(&[0.0]).reshape([1, 1]);
    let bce = action_unit_loss(&zero, &Tensor::from_slice(&[1.0]).reshape([1, 1]), &mask.reshape([1, 1]));
    assert!((bce.double_value(&[]) - std::f64::consts::LN_2).abs() < 1e-12);
}

/// METHODS 10, check 2: finite gradients at p -> one-hot and with fully masked batches.
#[test]
fn check_2_gradients_stay_finite() {
    for (scale, masked) in [(1.0, false), (1e4, false), (1.0, true)] {
        let z = (logits() * scale).set_requires_grad(true);
        let mask = Tensor::from_slice(&[f64::from(u8::from(!masked)); 3]);
        let va = Tensor::from_slice(&[0.5, 0.5, 0.5, 0.5, 0.5, 0.5]).reshape([3, 2]).set_requires_grad(true);
        let total = cross_entropy(&z, &classes(), &mask)
            + transport_loss(&z, &classes(), &mask, &cost_to(&cost()))
            + ccc_loss(&va, &va.detach(), &mask)
            + action_unit_loss(&z, &z.zeros_like(), &mask.unsqueeze(1).expand([3, 4], false));
        total.backward();
        for gradient in [z.grad(), va.grad()] {
            assert!(gradient.isfinite().all().int64_value(&[]) == 1, "scale {scale}, masked {masked}");
        }
        if masked {
            assert!(z.grad().abs().sum(Kind::Double).double_value(&[]) < 1e-300);
        }
    }
}

/// METHODS 10, check 3: permuting the classes with the cost permuted alike changes nothing.
#[test]
fn check_3_class_order_does_not_matter() {
    let permutation = [2_usize, 0, 3, 1];
    let index = Tensor::from_slice(&permutation.map(|i| i64::try_from(i).unwrap()));
    let shuffled = logits().index_select(1, &index);
    let position = |class: i64| {
        i64::try_from(permutation.iter().position(|&p| i64::try_from(p).unwrap() == class).unwrap()).unwrap()
    };
    let relabelled = Tensor::from_slice(&CLASSES.map(position));
    let mask = Tensor::from_slice(&[1.0; 3]);
    let cost = cost();
    let a = transport_loss(&logits(), &classes(), &mask, &cost_to(&cost)).double_value(&[]);
    let permuted = cost.permuted(&permutation).unwrap();
    let b = transport_loss(&shuffled, &relabelled, &mask, &cost_to(&permuted)).double_value(&[]);
    assert!((a - b).abs() < 1e-12, "{a} {b}");
}

#[test]
fn gradients_equal_central_differences() {
    let mask = Tensor::from_slice(&[1.0, 1.0, 0.0]);
    let cost = cost_to(&cost());
    let truth = Tensor::from_slice(&[0.2, -0.1, 0.5, 0.6, 0.0, 0.0]).reshape([3, 2]);
    let loss = |z: &Tensor| {
        cross_entropy(z, &classes(), &mask)
            + transport_loss(z, &classes(), &mask, &cost)
            + ccc_loss(&z.narrow(1, 0, 2).tanh(), &truth, &mask)
    };
    let z = (logits() * 0.5).set_requires_grad(true);
    loss(&z).backward();
    let step = 1e-6;
    for i in 0..12 {
        let shift = Tensor::zeros([12], (Kind::Double, z.device()));
        let _ = shift.get(i).fill_(step);
        let shift = shift.reshape([3, 4]);
        let at = |sign: f64| loss(&(z.detach() + &shift * sign)).double_value(&[]);
        let numeric = (at(1.0) - at(-1.0)) / (2.0 * step);
        let exact = z.grad().reshape([12]).double_value(&[i]);
        assert!((numeric - exact).abs() < 1e-7, "entry {i}: {numeric} {exact}");
    }
}
