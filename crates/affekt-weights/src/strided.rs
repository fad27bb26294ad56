//! Strided views of a storage, made row-major.

use crate::Kind;
use crate::tensor::byte_len;

/// A tensor as torch stores it: a window on a storage.
#[derive(Clone, Debug)]
pub(crate) struct View {
    /// First element, counted in elements of the storage.
    pub(crate) offset: usize,
    pub(crate) shape: Vec<usize>,
    /// Elements from one index to the next, per extent.
    pub(crate) strides: Vec<usize>,
}

impl View {
    /// One past the last element the view touches; `None` when no storage could be so long.
    pub(crate) fn end(&self) -> Option<usize> {
        if self.shape.contains(&0) {
            return Some(self.offset);
        }
        let steps = self.shape.iter().zip(&self.strides);
        let last = steps.map(|(&extent, &stride)| (extent - 1).checked_mul(stride));
        last.into_iter().try_fold(self.offset, |sum, step| sum.checked_add(step?))?.checked_add(1)
    }

    /// The view's elements in row-major order; `None` when it reaches beyond `storage`.
    ///
    /// The caller has bounded the result: a stride of 0 makes it larger than the storage.
    pub(crate) fn row_major(&self, kind: Kind, storage: &[u8]) -> Option<Vec<u8>> {
        let size = kind.size();
        let len = byte_len(kind, &self.shape)?;
        if self.end()? > storage.len() / size {
            return None;
        }
        if len == 0 {
            return Some(Vec::new());
        }
        let start = self.offset.checked_mul(size)?;
        if self.is_row_major() {
            return storage.get(start..start.checked_add(len)?).map(<[u8]>::to_vec);
        }
        let mut bytes = Vec::with_capacity(len);
        let mut index = vec![0; self.shape.len()];
        let mut at = self.offset;
        loop {
            bytes.extend_from_slice(storage.get(at * size..(at + 1) * size)?);
            // An odometer: the last extent counts, and those that run over start again.
            let mut axis = self.shape.len();
            loop {
                if axis == 0 {
                    return Some(bytes);
                }
                axis -= 1;
                index[axis] += 1;
                // The stride of an extent of 1 may be any number; what it adds is taken off again below.
                at = at.wrapping_add(self.strides[axis]);
                if index[axis] < self.shape[axis] {
                    break;
                }
                at = at.wrapping_sub(self.strides[axis].wrapping_mul(self.shape[axis]));
                index[axis] = 0;
            }
        }
    }

    /// True when the elements already lie one after the other; the stride of an extent of 1 says nothing.
    fn is_row_major(&self) -> bool {
        let mut expected = 1;
        for (&extent, &stride) in self.shape.iter().zip(&self.strides).rev() {
            if extent != 1 && stride != expected {
                return false;
            }
            expected *= extent;
        }
        true
    }
}
