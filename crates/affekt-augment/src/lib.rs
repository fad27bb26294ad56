//! Flips, crops and erasing on 8-bit faces, keyed by (seed, epoch, sample).
