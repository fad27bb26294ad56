//! What is known about the face of a picture before looking at its pixels.

use crate::FaceError;

/// A face box in pixels of the upright picture.
///
/// Edges, not pixel centres: pixel (i, j) covers \[i, i + 1) x \[j, j + 1). A box may reach beyond the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceBox {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width; above 0.
    pub width: f32,
    /// Height; above 0.
    pub height: f32,
}

/// Facial points in pixels of the upright picture; pixel centres lie at whole numbers, "left" is the left of
/// the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Landmarks {
    /// Left eye, right eye, nose tip, left and right corner of the mouth.
    Five([[f32; 2]; 5]),
    /// The iBUG order, counted from 0: 0 to 16 jaw, 17 to 26 brows, 27 to 35 nose, 36 to 47 eyes, 48 to 67 mouth.
    SixtyEight(Box<[[f32; 2]; 68]>),
}

/// Where point k of 68 goes when the picture is mirrored.
const MIRROR_68: [usize; 68] = mirror_68();
/// Where point k of 5 goes when the picture is mirrored.
const MIRROR_5: [usize; 5] = [1, 0, 2, 4, 3];

impl Landmarks {
    /// The points of a list of 5 or 68.
    ///
    /// # Errors
    /// [`FaceError::LandmarkCount`] for another number of points.
    pub fn from_points(points: &[[f32; 2]]) -> Result<Self, FaceError> {
        match (points.try_into(), points.try_into()) {
            (Ok(five), _) => Ok(Self::Five(five)),
            (_, Ok(all)) => Ok(Self::SixtyEight(Box::new(all))),
            _ => Err(FaceError::LandmarkCount { got: points.len() }),
        }
    }

    /// All points.
    pub fn points(&self) -> &[[f32; 2]] {
        match self {
            Self::Five(points) => points,
            Self::SixtyEight(points) => &points[..],
        }
    }

    /// The five points an aligner needs.
    ///
    /// # Equation
    /// Of 68: mean(36..=41), mean(42..=47), 30, 48, 54.
    pub fn five(&self) -> [[f64; 2]; 5] {
        match self {
            Self::Five(points) => points.map(|point| point.map(f64::from)),
            Self::SixtyEight(points) => {
                let mean = |from: usize| {
                    let eye = &points[from..from + 6];
                    [0, 1].map(|axis| eye.iter().map(|point| f64::from(point[axis])).sum::<f64>() / 6.0)
                };
                let [nose, left, right] = [30, 48, 54].map(|k| points[k].map(f64::from));
                [mean(36), mean(42), nose, left, right]
            }
        }
    }

    /// The points after mirroring a picture `width` pixels wide: x becomes width - 1 - x, and points of the left
    /// and the right side change places.
    #[must_use]
    pub fn mirrored(&self, width: u32) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "f64 for the subtraction, f32 as the points are")]
        let flip = |[x, y]: [f32; 2]| [(f64::from(width) - 1.0 - f64::from(x)) as f32, y];
        match self {
            Self::Five(points) => Self::Five(MIRROR_5.map(|k| flip(points[k]))),
            Self::SixtyEight(points) => Self::SixtyEight(Box::new(MIRROR_68.map(|k| flip(points[k])))),
        }
    }
}

/// What an annotation says about the face; a [`Framing`](crate::Framing) that needs more refuses the picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaceHint {
    /// Where the face is.
    pub bbox: Option<FaceBox>,
    /// Where its points are.
    pub landmarks: Option<Landmarks>,
}

const fn mirror_68() -> [usize; 68] {
    // First and last index of each stretch that mirrors into itself, back to front.
    const STRETCHES: [[usize; 2]; 3] = [[0, 16], [17, 26], [31, 35]];
    // Pairs of the eyes and the mouth, which go around in circles.
    const PAIRS: [[usize; 2]; 13] = [
        [36, 45],
        [37, 44],
        [38, 43],
        [39, 42],
        [40, 47],
        [41, 46],
        [48, 54],
        [49, 53],
        [50, 52],
        [55, 59],
        [56, 58],
        [60, 64],
        [61, 63],
    ];
    let mut map = [0; 68];
    let mut k = 0;
    while k < 68 {
        map[k] = k;
        k += 1;
    }
    let mut s = 0;
    while s < STRETCHES.len() {
        let [first, last] = STRETCHES[s];
        let mut k = first;
        while k <= last {
            map[k] = first + last - k;
            k += 1;
        }
        s += 1;
    }
    let mut p = 0;
    while p < PAIRS.len() {
        let [left, right] = PAIRS[p];
        map[left] = right;
        map[right] = left;
        p += 1;
    }
    (map[65], map[67]) = (67, 65);
    map
}

#[cfg(test)]
mod tests {
    use super::{MIRROR_5, MIRROR_68};

    #[test]
    fn mirroring_twice_changes_nothing() {
        assert!((0..68).all(|k| MIRROR_68[MIRROR_68[k]] == k));
        assert!((0..5).all(|k| MIRROR_5[MIRROR_5[k]] == k));
    }

    #[test]
    fn only_the_points_of_the_middle_stay() {
        let fixed: Vec<usize> = (0..68).filter(|&k| MIRROR_68[k] == k).collect();
        assert_eq!(fixed, [8, 27, 28, 29, 30, 33, 51, 57, 62, 66]);
    }
}
