//! End-to-end tests of the affekt binary live in `tests/`.
