//! `affekt data` on a miniature, under the real description of its layout.
#![allow(dead_code, reason = "each test binary uses its part")]
#![expect(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

use std::path::PathBuf;

use affekt_testkit::Tree;

use crate::support::{Ran, affekt, repository};

/// A miniature beside its description.
pub(crate) struct Miniature {
    folder: tempfile::TempDir,
}

/// A finished `affekt data check --json`.
pub(crate) struct Checked {
    pub(crate) code: i32,
    pub(crate) report: serde_json::Value,
}

impl Checked {
    /// Counts and lists of the report by their path, such as `/counts/all/rows`.
    pub(crate) fn at(&self, pointer: &str) -> serde_json::Value {
        self.report.pointer(pointer).cloned().unwrap_or_default()
    }
}

impl Miniature {
    /// The description `data-manifests/<name>.toml` with other published counts, or none.
    pub(crate) fn new(name: &str, published: Option<&str>, build: impl FnOnce(&Tree)) -> Self {
        let miniature = Self { folder: tempfile::tempdir().unwrap() };
        let text = std::fs::read_to_string(repository().join(format!("data-manifests/{name}.toml"))).unwrap();
        let mut table: toml::Table = text.parse().unwrap();
        table.remove("published");
        if let Some(published) = published {
            table.insert("published".to_owned(), published.parse::<toml::Table>().unwrap().into());
        }
        std::fs::write(miniature.path("set.toml"), table.to_string()).unwrap();
        std::fs::create_dir(miniature.path("root")).unwrap();
        build(&miniature.tree());
        miniature
    }

    pub(crate) fn tree(&self) -> Tree {
        Tree::new(self.path("root"))
    }

    pub(crate) fn check(&self) -> Checked {
        let (set, root) = (self.path("set.toml"), self.path("root"));
        let words = ["data", "check", set.to_str().unwrap(), "--root", root.to_str().unwrap(), "--json"];
        let ran = affekt(&words);
        let report = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.stderr));
        Checked { code: ran.code, report }
    }

    pub(crate) fn prepare(&self) -> Ran {
        let (set, root, out) = (self.path("set.toml"), self.path("root"), self.path("out"));
        let (set, root, out) = (set.to_str().unwrap(), root.to_str().unwrap(), out.to_str().unwrap());
        let words = ["data", "prepare", set, "--root", root, "--out", out, "--size", "16"];
        affekt(&[&words[..], &["--valid", "0", "--test", "0"]].concat())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
