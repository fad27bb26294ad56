//! Places labels beside points so that none covers another.

/// A rectangle by its corner and size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) w: f64,
    pub(crate) h: f64,
}

impl Rect {
    /// Area shared with another rectangle.
    fn overlap(&self, other: &Self) -> f64 {
        let side = |a: f64, wa: f64, b: f64, wb: f64| {
            let right = if a + wa < b + wb { a + wa } else { b + wb };
            let left = if a > b { a } else { b };
            if right > left { right - left } else { 0.0 }
        };
        side(self.x, self.w, other.x, other.w) * side(self.y, self.h, other.y, other.h)
    }

    /// Area outside of a frame.
    fn outside(&self, frame: &Self) -> f64 {
        self.w * self.h - self.overlap(frame)
    }

    /// Centre.
    pub(crate) fn centre(&self) -> [f64; 2] {
        [self.x + 0.5 * self.w, self.y + 0.5 * self.h]
    }
}

/// A point that wants a label of a given size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    pub(crate) at: [f64; 2],
    pub(crate) size: [f64; 2],
}

/// Chooses a rectangle for each label, in order, avoiding `taken`, earlier labels and the frame's outside.
pub(crate) fn place_labels(anchors: &[Anchor], taken: &[Rect], frame: &Rect) -> Vec<Rect> {
    let mut occupied = taken.to_vec();
    let mut placed = Vec::with_capacity(anchors.len());
    for anchor in anchors {
        let mut best = (f64::INFINITY, None);
        for (rank, candidate) in candidates(anchor).into_iter().enumerate() {
            let covered: f64 = occupied.iter().map(|r| r.overlap(&candidate)).sum();
            // A later candidate is farther off; it must save some overlap to be worth it.
            let cost = covered + 4.0 * candidate.outside(frame) + 0.4 * rank as f64;
            if cost < best.0 {
                best = (cost, Some(candidate));
            }
        }
        let [x, y] = anchor.at;
        let chosen = best.1.unwrap_or(Rect { x, y, w: anchor.size[0], h: anchor.size[1] });
        occupied.push(chosen);
        placed.push(chosen);
    }
    placed
}

/// Positions around a point: right, left, above, below, then diagonals, at growing distance.
fn candidates(anchor: &Anchor) -> Vec<Rect> {
    const DIRECTIONS: [(f64, f64); 8] = [
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, -1.0),
        (0.0, 1.0),
        (1.0, -1.0),
        (-1.0, -1.0),
        (1.0, 1.0),
        (-1.0, 1.0),
    ];
    let ([x, y], [w, h]) = (anchor.at, anchor.size);
    let mut list = Vec::new();
    for gap in [8.0, 13.0, 21.0, 31.0, 43.0] {
        for (dx, dy) in DIRECTIONS {
            let left = x - 0.5 * w + dx * (0.5 * w + gap * if dy == 0.0 { 1.0 } else { 0.7 });
            let top = y - 0.5 * h + dy * (0.5 * h + gap * if dx == 0.0 { 1.0 } else { 0.7 });
            list.push(Rect { x: left, y: top, w, h });
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::{Anchor, Rect, place_labels};

    #[test]
    fn two_labels_at_one_point_do_not_overlap() {
        let anchor = Anchor { at: [50.0, 50.0], size: [30.0, 12.0] };
        let frame = Rect { x: 0.0, y: 0.0, w: 200.0, h: 200.0 };
        let placed = place_labels(&[anchor, anchor, anchor], &[], &frame);
        for (i, a) in placed.iter().enumerate() {
            for b in &placed[i + 1..] {
                assert!(a.overlap(b) < 1e-9, "{a:?} {b:?}");
            }
        }
    }
}
