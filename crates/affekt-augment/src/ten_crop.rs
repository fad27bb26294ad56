//! Ten views of one image, for evaluation.

use crate::augment::{CHANNELS, check_shape};
use crate::{AugmentError, Flip};

/// Cuts out the four corners and the centre of an image and of its mirror image.
///
/// In the order of torchvision's `TenCrop`: top left, top right, bottom left, bottom right, centre, then the
/// same five places of the mirrored image. A centre between two pixels lies at the even one of the two.
///
/// # Shape
/// `image` \[size, size, 3\] u8 -> \[10, crop, crop, 3\] u8, rows from the top.
///
/// # Errors
/// [`AugmentError::Crop`] when `crop` is larger than `size`.
///
/// # Panics
/// When `image` is not `size * size * 3` bytes long.
///
/// # Example
/// ```
/// use affekt_augment::ten_crop;
/// let image = [[1; 3], [2; 3], [3; 3], [4; 3]].concat();
/// let views = ten_crop(&image, 2, 1).unwrap();
/// let reds: Vec<u8> = views.iter().copied().step_by(3).collect();
/// assert_eq!(reds, [1, 2, 3, 4, 1, 2, 1, 4, 3, 2]);
/// ```
pub fn ten_crop(image: &[u8], size: usize, crop: usize) -> Result<Vec<u8>, AugmentError> {
    check_shape(image, size);
    let room = size.checked_sub(crop).ok_or(AugmentError::Crop { size, crop })?;
    // Python rounds halves to even.
    let middle = room / 2 + (room % 2) * (room / 2 % 2);
    let mut mirrored = image.to_vec();
    Flip::mirror(&mut mirrored, size);
    let mut views = Vec::with_capacity(10 * crop * crop * CHANNELS);
    for image in [image, &mirrored] {
        for (top, left) in [(0, 0), (0, room), (room, 0), (room, room), (middle, middle)] {
            for row in image.chunks_exact((size * CHANNELS).max(1)).skip(top).take(crop) {
                views.extend_from_slice(&row[left * CHANNELS..][..crop * CHANNELS]);
            }
        }
    }
    Ok(views)
}
