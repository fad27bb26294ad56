//! The similarity transform between two sets of points.

use crate::FaceError;

/// Rotation, uniform scale and shift: (x, y) -> (a x - b y + tx, b x + a y + ty).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Similarity {
    a: f64,
    b: f64,
    tx: f64,
    ty: f64,
}

impl Similarity {
    /// The transform that brings `from` nearest to `to` in the least-squares sense, without reflection.
    ///
    /// # Equation
    /// Umeyama 1991, Eq. (40) to (42), in two dimensions: with centred points read as complex numbers,
    /// a + ib = sum conj(p) q / sum |p|^2, and the shift brings centroid to centroid.
    ///
    /// # Errors
    /// [`FaceError::Landmarks`] when a coordinate is not finite, when all points of `from` coincide, or when no
    /// rotation brings them nearer than shrinking them to a point (mirrored points, or coinciding targets).
    pub fn estimate<const N: usize>(from: &[[f64; 2]; N], to: &[[f64; 2]; N]) -> Result<Self, FaceError> {
        let refuse = |what| Err(FaceError::Landmarks { what });
        if !from.iter().chain(to).flatten().all(|v| v.is_finite()) {
            return refuse("a coordinate is not a finite number");
        }
        let centroid = |points: &[[f64; 2]; N]| {
            [0, 1].map(|axis| points.iter().map(|point| point[axis]).sum::<f64>() / N as f64)
        };
        let ([fx, fy], [gx, gy]) = (centroid(from), centroid(to));
        let (mut re, mut im, mut spread, mut extent) = (0.0, 0.0, 0.0, 0.0);
        for ([x, y], [u, v]) in from.iter().zip(to) {
            let (px, py, qx, qy) = (x - fx, y - fy, u - gx, v - gy);
            re += px * qx + py * qy;
            im += px * qy - py * qx;
            spread += px * px + py * py;
            extent += x * x + y * y;
        }
        // Points further from the origin are known less well; below this their spread is rounding.
        if !(spread.is_finite() && spread > extent * 1e-12 && spread > f64::MIN_POSITIVE) {
            return refuse("all points coincide");
        }
        let (a, b) = (re / spread, im / spread);
        if !(a.is_finite() && b.is_finite()) || a.hypot(b) < 1e-9 {
            return refuse("no rotation brings the points near the template");
        }
        Ok(Self { a, b, tx: gx - (a * fx - b * fy), ty: gy - (b * fx + a * fy) })
    }

    /// The 2 x 3 matrix that multiplies (x, y, 1).
    pub const fn matrix(&self) -> [[f64; 3]; 2] {
        [[self.a, -self.b, self.tx], [self.b, self.a, self.ty]]
    }

    /// Where a point goes.
    pub fn apply(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.a * x - self.b * y + self.tx, self.b * x + self.a * y + self.ty]
    }

    /// The way back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let norm = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / norm, -self.b / norm);
        Self { a, b, tx: -(a * self.tx - b * self.ty), ty: -(b * self.tx + a * self.ty) }
    }
}
