//! Exact paired tests, effect sizes, intervals and multiplicity for few seeds.
