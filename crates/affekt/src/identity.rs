//! What this build is: versions and digests that decide whether work is done again.

use affekt_study::PlanContext;

/// Digest of the source files that decide the numbers of a run.
pub(crate) const CODE: &str = env!("AFFEKT_CODE_DIGEST");
/// Digest of the source files that decide a prepared dataset.
pub(crate) const DATA: &str = env!("AFFEKT_DATA_DIGEST");
/// Digest of the source files that decide results, tests, claims and report.
pub(crate) const COLLECT: &str = env!("AFFEKT_COLLECT_DIGEST");
/// The `LibTorch` that tch, pinned in the workspace, binds; a plan is the same with and without it.
pub(crate) const LIBTORCH: &str = "2.11.0";

/// What decides numbers and is not in the study file.
pub(crate) fn plan_context(command: String) -> PlanContext {
    PlanContext {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        code: CODE.to_owned(),
        libtorch: LIBTORCH.to_owned(),
        command,
    }
}

/// Commit the binary was built from; none outside a repository.
#[cfg(any(feature = "torch", test))]
pub(crate) fn commit() -> Option<&'static str> {
    Some(env!("AFFEKT_COMMIT")).filter(|commit| !commit.is_empty())
}

/// Whether its sources were others than that commit's; none outside a repository.
#[cfg(any(feature = "torch", test))]
pub(crate) fn dirty() -> Option<bool> {
    match env!("AFFEKT_DIRTY") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}
