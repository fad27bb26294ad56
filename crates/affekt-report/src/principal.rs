//! Principal components of many rows, for maps of features.

/// Steps of the iteration; the second component has long settled, unless it equals the third, when any direction of their
/// plane is as good.
const STEPS: usize = 60;
/// One more than is shown: it speeds up the second.
const BLOCK: usize = 3;

/// Places of rows in the plane that holds most of their variance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Plane {
    pub(crate) places: Vec<[f64; 2]>,
    /// Share of the whole variance along each direction, in [0, 1].
    pub(crate) shares: [f64; 2],
}

/// The first two principal components by orthogonal iteration from a fixed start; the same rows give the same bits.
///
/// None for fewer than three rows or columns, rows of unequal length, values that are not finite, and rows that are all
/// alike.
pub(crate) fn plane(rows: &[Vec<f64>]) -> Option<Plane> {
    let (n, d) = (rows.len(), rows.first()?.len());
    let usable =
        n >= 3 && d >= BLOCK && rows.iter().all(|row| row.len() == d && row.iter().all(|x| x.is_finite()));
    if !usable {
        return None;
    }
    // From the first row on, so that rows that are all alike have no variance, not that of rounding.
    let mut centred: Vec<Vec<f64>> =
        rows.iter().map(|row| row.iter().zip(&rows[0]).map(|(x, first)| x - first).collect()).collect();
    let mut mean = vec![0.0; d];
    for row in &centred {
        add(&mut mean, row, 1.0 / n as f64);
    }
    for row in &mut centred {
        add(row, &mean, -1.0);
    }
    let total: f64 = centred.iter().map(|row| dot(row, row)).sum();
    if !(total > 0.0 && total.is_finite()) {
        return None;
    }
    // Any start will do that is not orthogonal to a component.
    let mut block: Vec<Vec<f64>> =
        (0..BLOCK).map(|k| (0..d).map(|i| ((k * d + i + 1) as f64 * 12.9898).sin()).collect()).collect();
    orthonormalise(&mut block);
    for _ in 0..STEPS {
        let mut next = vec![vec![0.0; d]; BLOCK];
        for row in &centred {
            for (to, from) in next.iter_mut().zip(&block) {
                add(to, row, dot(row, from));
            }
        }
        orthonormalise(&mut next);
        block = next;
    }
    for direction in &mut block {
        // A direction and its opposite are one; the larger coordinate decides.
        let largest = direction.iter().fold(0.0_f64, |a, b| if b.abs() > a.abs() { *b } else { a });
        if largest < 0.0 {
            for x in direction {
                *x = -*x;
            }
        }
    }
    let places: Vec<[f64; 2]> =
        centred.iter().map(|row| [dot(row, &block[0]), dot(row, &block[1])]).collect();
    let shares = [0, 1].map(|k| places.iter().map(|at| at[k] * at[k]).sum::<f64>() / total);
    Some(Plane { places, shares })
}

/// Gram and Schmidt, twice for the sake of rounding; a vector that vanishes stays zero.
fn orthonormalise(block: &mut [Vec<f64>]) {
    for k in 0..block.len() {
        let (before, rest) = block.split_at_mut(k);
        let vector = &mut rest[0];
        for _ in 0..2 {
            for other in before.iter() {
                let along = dot(vector, other);
                add(vector, other, -along);
            }
            let length = dot(vector, vector).sqrt();
            if length > 1e-150 {
                for x in vector.iter_mut() {
                    *x /= length;
                }
            }
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn add(to: &mut [f64], from: &[f64], times: f64) {
    for (x, y) in to.iter_mut().zip(from) {
        *x += times * y;
    }
}

#[cfg(test)]
mod tests {
    use super::plane;

    /// Variances 9, 4 and 1/4 along three orthogonal directions that are no axes.
    fn rows() -> Vec<Vec<f64>> {
        let directions = [[2.0, 1.0, 2.0, 0.0], [-2.0, 2.0, 1.0, 0.0], [0.0, 0.0, 0.0, 3.0]];
        let mut rows = Vec::new();
        for signs in 0..8_u8 {
            let along = [3.0, 2.0, 0.5].map(|sd| sd / 3.0);
            let mut row = vec![5.0, -1.0, 0.0, 2.0];
            for (k, direction) in directions.iter().enumerate() {
                let sign = if signs & (1 << k) == 0 { 1.0 } else { -1.0 };
                for (x, e) in row.iter_mut().zip(direction) {
                    *x += sign * along[k] * e;
                }
            }
            rows.push(row);
        }
        rows
    }

    #[test]
    fn shares_and_places_are_those_of_the_components() {
        let plane = plane(&rows()).unwrap();
        let total = 9.0 + 4.0 + 0.25;
        assert!((plane.shares[0] - 9.0 / total).abs() < 1e-9 && (plane.shares[1] - 4.0 / total).abs() < 1e-9);
        for [x, y] in plane.places {
            assert!((x.abs() - 3.0).abs() < 1e-6 && (y.abs() - 2.0).abs() < 1e-6, "{x} {y}");
        }
    }

    #[test]
    fn what_has_no_plane_is_refused() {
        assert_eq!(plane(&[]), None);
        assert_eq!(plane(&rows()[..2]), None);
        assert_eq!(plane(&vec![vec![1.0, 2.0, 3.0]; 9]), None, "no variance");
        assert_eq!(plane(&[vec![1.0; 3], vec![f64::NAN; 3], vec![0.0; 3]]), None);
        assert_eq!(plane(&[vec![1.0; 3], vec![1.0; 4], vec![0.0; 3]]), None);
        // On a line the second direction is empty, not undefined.
        let line: Vec<Vec<f64>> = (0..5).map(|k| vec![f64::from(k), 0.0, 0.0, 0.0]).collect();
        let shares = plane(&line).unwrap().shares;
        assert!((shares[0] - 1.0).abs() < 1e-12 && shares[1].abs() < 1e-12, "{shares:?}");
    }
}
