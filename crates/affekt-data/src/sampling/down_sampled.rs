//! Classes cut down to the size of the rarest, anew each epoch.

use affekt_core::Stream;

/// `per_group` positions of each group and all of `others`, in random order.
///
/// Ada-DF trains on `AffectNet` this way. Each subset of a group is equally likely, so over many epochs all rows are
/// seen.
pub(super) fn draw(
    groups: &[Vec<usize>],
    per_group: usize,
    others: &[usize],
    stream: &mut Stream,
) -> Vec<usize> {
    let mut order = others.to_vec();
    for group in groups {
        let mut group = group.clone();
        stream.shuffle(&mut group);
        order.extend(group.into_iter().take(per_group));
    }
    stream.shuffle(&mut order);
    order
}
