//! Optimal transport for small label sets: cost matrices, exact and entropic transport.
