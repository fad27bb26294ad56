//! Decode, resize and an mmapped face cache.
