//! Procedural faces whose true class posterior and Bayes limits are known.
