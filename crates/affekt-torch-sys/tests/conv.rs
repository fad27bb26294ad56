//! Convolutions as matrix products beside `LibTorch`'s own operator in 64 bit, forward and backward.

mod support;

use affekt_torch_sys::{Columns, conv2d};
use support::{apart, channels_last, numbers};
use tch::{Kind, Tensor};

/// Images, channels in and out, map, kernel and stride.
type Shape = [i64; 6];

/// The map, and the gradients of input and weight.
fn pass([n, c_in, c_out, size, kernel, stride]: Shape, kind: Kind, of: Kind) -> (Vec<Tensor>, Columns) {
    // Numbers that both kinds hold.
    let leaf = |x: Tensor| x.to_kind(kind).to_kind(of).set_requires_grad(true);
    let x = leaf(channels_last(&numbers(&[n, c_in, size, size], 1, Kind::Float)));
    let weight = leaf(channels_last(&numbers(&[c_out, c_in, kernel, kernel], 2, Kind::Float)));
    let (y, route) = conv2d(&x, &weight, stride, kernel / 2).expect("shapes fit");
    let upstream = numbers(&y.size(), 3, Kind::BFloat16).to_kind(of);
    (&y * &upstream).to_kind(Kind::Double).sum(Kind::Double).backward();
    (vec![y.detach(), x.grad(), weight.grad()], route)
}

#[test]
fn every_route_gives_the_operators_map_and_gradients() {
    const NONE: Columns = Columns { forward: false, weight: false };
    const WEIGHT: Columns = Columns { forward: false, weight: true };
    const BOTH: Columns = Columns { forward: true, weight: true };
    let cases: [(Shape, [Columns; 2]); 8] = [
        // Routes in bf16 and in f32.
        ([2, 3, 8, 16, 3, 1], [NONE, NONE]),
        ([8, 6, 5, 8, 3, 1], [WEIGHT, NONE]),
        ([8, 6, 5, 15, 3, 2], [WEIGHT, NONE]),
        ([8, 6, 5, 8, 1, 2], [WEIGHT, NONE]),
        ([2, 5, 40, 4, 3, 1], [BOTH, BOTH]),
        ([2, 5, 33, 7, 3, 2], [BOTH, BOTH]),
        ([3, 7, 12, 2, 1, 1], [BOTH, BOTH]),
        ([1, 4, 3, 1, 3, 1], [BOTH, BOTH]),
    ];
    for (shape, routes) in cases {
        for (kind, route, close) in [(Kind::BFloat16, routes[0], 8e-3), (Kind::Float, routes[1], 1e-5)] {
            let (got, taken) = pass(shape, kind, kind);
            let (expected, plain) = pass(shape, kind, Kind::Double);
            assert_eq!((taken, plain), (route, NONE), "{shape:?} {kind:?}");
            for (what, (got, expected)) in ["map", "input", "weight"].iter().zip(got.iter().zip(&expected)) {
                assert_eq!(got.size(), expected.size());
                assert!(
                    apart(got, expected) < close,
                    "{what} of {shape:?} {kind:?}: {}",
                    apart(got, expected)
                );
            }
        }
    }
}

#[test]
fn what_needs_no_gradient_gets_none_and_what_does_not_fit_is_refused() {
    let x = channels_last(&numbers(&[2, 5, 4, 4], 1, Kind::Float));
    let weight = channels_last(&numbers(&[40, 5, 3, 3], 2, Kind::Float)).set_requires_grad(true);
    let (y, route) = conv2d(&x, &weight, 1, 1).expect("shapes fit");
    assert!(route.forward);
    y.sum(Kind::Float).backward();
    assert!(weight.grad().defined() && !x.grad().defined());
    let (y, _) = tch::no_grad(|| conv2d(&x, &weight, 1, 1)).expect("shapes fit");
    assert!(!y.requires_grad());
    let narrow = numbers(&[40, 4, 3, 3], 2, Kind::Float);
    assert!(conv2d(&x, &narrow, 1, 1).is_err());
}
