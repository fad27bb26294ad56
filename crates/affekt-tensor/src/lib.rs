//! Sole owner of tch: initialisation, layout, precision, optimisers, seeds.
