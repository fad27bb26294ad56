//! Similarity of two representations of the same items.

use super::points::{Points, dot};
use crate::MetricError;

/// Linear centred kernel alignment.
///
/// # Equation
/// `||Y'X||_F^2 / (||X'X||_F ||Y'Y||_F)`, columns centred (Kornblith et al. 2019)
///
/// # Shape
/// X `[n, p]`, Y `[n, q]` -> scalar
///
/// # Range
/// `[0, 1]`; 1 iff X and Y agree up to rotation, scale and shift; `None` when one of them is constant
///
/// # Numerics
/// biased towards 1 when n is not much larger than p and q: compare networks by [`debiased_linear_cka`]
///
/// # Errors
/// [`MetricError::Length`] when the numbers of items differ.
///
/// # Example
/// ```
/// use affekt_metrics::{Points, linear_cka};
/// let x = Points::new(1, vec![0.0, 1.0, 2.0])?;
/// let y = Points::new(1, vec![5.0, 3.0, 1.0])?;
/// assert!((linear_cka(&x, &y)?.expect("neither is constant") - 1.0).abs() < 1e-12);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn linear_cka(x: &Points, y: &Points) -> Result<Option<f64>, MetricError> {
    let (x, y) = same_items(x, y)?;
    let scale = (cross(&x, &x) * cross(&y, &y)).sqrt();
    Ok((scale > 0.0).then(|| cross(&x, &y) / scale))
}

/// Linear centred kernel alignment without the bias of a finite sample.
///
/// # Equation
/// `HSIC_1(K, L) / sqrt(HSIC_1(K, K) HSIC_1(L, L))`, `K = XX'`, `L = YY'`,
/// `HSIC_1 = [tr(K~L~) + 1'K~1 1'L~1 / ((n-1)(n-2)) - 2/(n-2) 1'K~L~1] / (n (n-3))`, K~ and L~ without their diagonals
/// (Song et al. 2012; Nguyen, Raghu and Kornblith 2021)
///
/// # Shape
/// X `[n, p]`, Y `[n, q]` -> scalar
///
/// # Range
/// `<= 1`, about 0 for unrelated representations, which may come out below 0; `None` when an `HSIC_1` of the
/// denominator is not above 0
///
/// # Numerics
/// no n x n matrix is formed: the sums over K~ and L~ follow from `X'Y`, from row norms and from column sums
///
/// # Errors
/// [`MetricError::Length`] when the numbers of items differ, [`MetricError::Empty`] with fewer than 4 items.
///
/// # Example
/// ```
/// use affekt_metrics::{Points, debiased_linear_cka};
/// let x = Points::new(2, vec![0.0, 1.0, 2.0, -1.0, 0.5, 3.0, 1.0, 1.0, -2.0, 0.0])?;
/// assert!((debiased_linear_cka(&x, &x)?.expect("it varies") - 1.0).abs() < 1e-12);
/// # Ok::<(), affekt_metrics::MetricError>(())
/// ```
pub fn debiased_linear_cka(x: &Points, y: &Points) -> Result<Option<f64>, MetricError> {
    let (x, y) = same_items(x, y)?;
    if x.n() < 4 {
        return Err(MetricError::Empty { what: "debiased CKA (it needs four items)" });
    }
    let (xx, yy) = (hsic(&x, &x), hsic(&y, &y));
    Ok((xx > 0.0 && yy > 0.0).then(|| hsic(&x, &y) / (xx.sqrt() * yy.sqrt())))
}

fn same_items(x: &Points, y: &Points) -> Result<(Points, Points), MetricError> {
    if x.n() == y.n() {
        Ok((x.centred(), y.centred()))
    } else {
        Err(MetricError::Length { what: "second representation", expected: x.n(), got: y.n() })
    }
}

/// `||X'Y||_F^2 = tr(XX'YY')`.
fn cross(x: &Points, y: &Points) -> f64 {
    let (p, q) = (x.dimensions(), y.dimensions());
    let mut products = vec![0.0; p * q];
    for i in 0..x.n() {
        for (a, row) in x.row(i).iter().zip(products.chunks_exact_mut(q)) {
            for (sum, b) in row.iter_mut().zip(y.row(i)) {
                *sum += a * b;
            }
        }
    }
    dot(&products, &products)
}

/// `HSIC_1` of the linear kernels.
fn hsic(x: &Points, y: &Points) -> f64 {
    let n = x.n() as f64;
    // Row i of K~1 is x_i . (sum of all rows) less the diagonal, K_ii.
    let row_sums = |points: &Points| -> Vec<f64> {
        let mut total = vec![0.0; points.dimensions()];
        for i in 0..points.n() {
            for (total, x) in total.iter_mut().zip(points.row(i)) {
                *total += x;
            }
        }
        (0..points.n()).map(|i| dot(points.row(i), &total) - dot(points.row(i), points.row(i))).collect()
    };
    let norms = |points: &Points| -> Vec<f64> {
        (0..points.n()).map(|i| dot(points.row(i), points.row(i))).collect()
    };
    let (k, l) = (row_sums(x), row_sums(y));
    let trace = cross(x, y) - dot(&norms(x), &norms(y));
    let sums = k.iter().sum::<f64>() * l.iter().sum::<f64>() / ((n - 1.0) * (n - 2.0));
    (trace + sums - 2.0 / (n - 2.0) * dot(&k, &l)) / (n * (n - 3.0))
}
