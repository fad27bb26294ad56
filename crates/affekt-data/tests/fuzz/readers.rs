//! Every reader with the description its miniature is read by.

use std::fs;

use affekt_testkit::{self as kit, Tree};

/// Name, description and miniature.
pub(crate) type Reader = (&'static str, String, fn(&Tree));

/// Every dataset of `data-manifests/`, and the two general layouts.
pub(crate) fn readers() -> Vec<Reader> {
    let shipped = |name: &'static str, build: fn(&Tree)| {
        let path = format!("{}/../../data-manifests/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        (name, fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {path}: {error}")), build)
    };
    vec![
        shipped("aff-wild2-tracks", kit::abaw_tracks),
        shipped("aff-wild2-mtl", kit::abaw_mtl),
        shipped("affectnet-csv", kit::affectnet_csv),
        shipped("affectnet-8", kit::affectnet_npy),
        shipped("affectnet-plus", kit::affectnet_plus),
        shipped("raf-db", kit::raf_db),
        shipped("raf-db-kaggle", kit::raf_db_kaggle),
        shipped("fer-plus-probability", kit::fer_plus),
        shipped("emotionet", kit::emotionet),
        shipped("expw", kit::expw),
        shipped("disfa", kit::disfa),
        shipped("bp4d", kit::bp4d),
        shipped("faces8", faces8),
    ]
}

/// A table of the general layout.
fn faces8(tree: &Tree) {
    tree.write("legend.csv", "image,subject,emotion\na.jpg,s1,HAPPINESS\nb.jpg,s2,fear\nb.jpg,s2,fear\n");
    tree.write("images/a.jpg", "").write("images/b.jpg", "");
}
