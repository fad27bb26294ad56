//! Readers from dataset folders to a manifest with quarantine, and subject-disjoint splits.
