//! Miniature datasets in their published layouts, for tests: right names, headers, codes and quirks, with faces
//! rendered by `affekt-worlds` instead of pictures of people.
//!
//! Test code: a file that cannot be written is a panic with its path, not an error.

mod abaw;
mod action_units;
mod affectnet;
pub mod drawn;
mod expw;
mod faces;
mod fer_plus;
mod mutate;
mod npy;
mod raf_db;
mod sfew;
mod skip;
mod tree;

pub use abaw::{abaw_mtl, abaw_mtl_2022, abaw_test_lists, abaw_tracks, abaw_tracks_2021, abaw_tracks_2022};
pub use action_units::{bp4d, disfa, emotionet};
pub use affectnet::{
    AFFECTNET_BROKEN_IMAGE, AFFECTNET_EMPTY_IMAGE, AFFECTNET_HEADER, affectnet_csv, affectnet_npy,
    affectnet_plus, affectnet_row,
};
pub use expw::expw;
pub use faces::Faces;
pub use fer_plus::{fer_plus, fer_plus_files, fer_plus_votes, fer2013};
pub use mutate::mutate;
pub use npy::{npy, npy_doubles, npy_text};
pub use raf_db::{raf_db, raf_db_affectnet_order, raf_db_compound, raf_db_kaggle};
pub use sfew::{sfew, sfew_aligned};
pub use skip::skip;
pub use tree::Tree;
