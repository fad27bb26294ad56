//! The fused normalisation beside `LibTorch`'s own operators, forward and backward.

mod support;

use affekt_torch_sys::{Norm, Route, norm_act};
use support::{apart, channels_last, numbers};
use tch::{Device, Kind, Tensor};

/// Everything one pass gives: y, running mean and variance, then gradients of x, add, weight and bias.
fn pass(x: &Tensor, add: Option<&Tensor>, relu: bool, expected: Route) -> Vec<Tensor> {
    let leaf = |x: &Tensor| x.detach().copy().set_requires_grad(true);
    let channels = x.size()[1];
    let wide = if x.kind() == Kind::Double { Kind::Double } else { Kind::Float };
    let numbers = |shape: &[i64], seed, kind| numbers(shape, seed, Kind::Float).to_kind(kind);
    let (x, add) = (leaf(x), add.map(leaf));
    let weight = leaf(&(numbers(&[channels], 3, wide) + 1.5));
    let bias = leaf(&numbers(&[channels], 4, wide));
    let running_mean = numbers(&[channels], 5, wide);
    let running_var = numbers(&[channels], 6, wide) + 2.0;
    let norm = Norm {
        weight: &weight,
        bias: &bias,
        running_mean: &running_mean,
        running_var: &running_var,
        momentum: 0.1,
        eps: 1e-5,
    };
    let (y, route) = norm_act(&x, add.as_ref(), norm, true, relu).expect("shapes fit");
    assert_eq!(route, expected);
    // The same upstream gradient for every kind.
    let upstream = numbers(&y.size(), 7, Kind::BFloat16).to_kind(y.kind());
    (&y * &upstream).to_kind(Kind::Double).sum(Kind::Double).backward();
    let mut all = vec![y.detach(), running_mean, running_var, x.grad(), weight.grad(), bias.grad()];
    all.extend(add.map(|add| add.grad()));
    all
}

/// The judge computes in 64 bit.
fn agree(kind: Kind, shape: [i64; 4], tolerance: f64) {
    for (with_add, relu) in [(false, false), (false, true), (true, false), (true, true)] {
        // Far from zero, as activations after a shift are: a one-pass variance would lose its digits.
        let x = (numbers(&shape, 1, Kind::Float) * 0.5 + 3.0).to_kind(kind);
        let add = with_add.then(|| numbers(&shape, 2, kind));
        let fused = pass(&channels_last(&x), add.as_ref().map(channels_last).as_ref(), relu, Route::Fused);
        let wide = |x: &Tensor| x.to_kind(Kind::Double).contiguous();
        let judge = pass(&wide(&x), add.as_ref().map(wide).as_ref(), relu, Route::Composed);
        for (k, (ours, theirs)) in fused.iter().zip(&judge).enumerate() {
            let d = apart(ours, theirs);
            assert!(
                d < tolerance,
                "{kind:?} {shape:?} add {with_add} relu {relu}: output {k} apart by {d:e}"
            );
        }
    }
}

#[test]
fn kernels_agree_with_the_librarys_operators_in_64_bit() {
    for shape in [[2, 64, 9, 7], [3, 48, 5, 5], [1, 5, 16, 16], [4, 1, 2, 2], [24, 33, 1, 1]] {
        agree(Kind::BFloat16, shape, 1e-2);
        // A chunk's sum takes 128 roundings.
        agree(Kind::Float, shape, 128.0 * f64::from(f32::EPSILON));
    }
}

#[test]
fn other_kinds_and_layouts_go_to_the_library() {
    let x = numbers(&[2, 8, 4, 4], 1, Kind::Float);
    pass(&channels_last(&x.to_kind(Kind::Double)), None, true, Route::Composed);
    for kind in [Kind::Float, Kind::BFloat16] {
        pass(&x.to_kind(kind), None, true, Route::Composed);
    }
}

#[test]
fn no_bit_depends_on_the_number_of_threads() {
    for kind in [Kind::Float, Kind::BFloat16] {
        let x = channels_last(&numbers(&[8, 32, 40, 40], 1, kind));
        let with = |threads| {
            tch::set_num_threads(threads);
            pass(&x, Some(&x), true, Route::Fused)
        };
        let (one, two) = (with(1), with(2));
        assert!(one.iter().zip(&two).all(|(a, b)| a.equal(b)), "{kind:?}");
    }
}

#[test]
fn evaluation_uses_running_statistics_and_keeps_them() {
    let x = numbers(&[2, 32, 6, 6], 1, Kind::BFloat16);
    let [weight, bias, mean] = [2, 3, 4].map(|seed| numbers(&[32], seed, Kind::Float));
    let var = numbers(&[32], 5, Kind::Float) + 2.0;
    let norm = Norm {
        weight: &weight,
        bias: &bias,
        running_mean: &mean,
        running_var: &var,
        momentum: 0.1,
        eps: 1e-5,
    };
    let before = (mean.copy(), var.copy());
    let (fused, route) = norm_act(&channels_last(&x), None, norm, false, true).expect("shapes fit");
    assert_eq!(route, Route::Fused);
    let (composed, route) = norm_act(&x, None, norm, false, true).expect("shapes fit");
    assert_eq!(route, Route::Composed);
    assert!(apart(&fused, &composed) < 1e-2);
    assert!(mean.equal(&before.0) && var.equal(&before.1));
    assert_eq!(x.device(), Device::Cpu);
}

#[test]
fn what_is_not_finite_stays_so() {
    for kind in [Kind::Float, Kind::BFloat16] {
        let x = channels_last(&numbers(&[2, 32, 3, 3], 1, kind));
        let _ = x.get(0).get(0).get(0).get(0).fill_(f64::NAN);
        let fused = pass(&x, None, true, Route::Fused);
        assert!(fused[0].get(0).get(0).isnan().any().int64_value(&[]) == 1, "{kind:?}");
    }
}

#[test]
fn a_shape_that_does_not_fit_is_an_error_with_the_librarys_words() {
    let x = numbers(&[2, 4, 3, 3], 1, Kind::Float);
    let (three, ones) = (numbers(&[3], 1, Kind::Float), Tensor::ones([3], (Kind::Float, Device::Cpu)));
    let norm = Norm {
        weight: &three,
        bias: &three,
        running_mean: &three,
        running_var: &ones,
        momentum: 0.1,
        eps: 1e-5,
    };
    let error = norm_act(&x, None, norm, true, false).expect_err("3 parameters for 4 channels");
    assert!(error.to_string().contains("norm_act") && error.message.contains('4'), "{error}");
}
