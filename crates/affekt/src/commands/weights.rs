//! `affekt weights`

use std::collections::BTreeMap;

use affekt_weights::{Layout, ReadOptions, StateDict, save};
use serde_json::json;

use crate::cli::{ExportArgs, ExportFormat, WeightsShowArgs};
use crate::output::{self, Outcome, Table};

pub(super) fn show(args: &WeightsShowArgs) -> anyhow::Result<Outcome> {
    let options = ReadOptions { key: args.key.clone(), named_by: Some("the command line".to_owned()) };
    let state = StateDict::read_with(&args.file, &options)?;
    if args.json {
        let tensors: Vec<_> = state
            .iter()
            .map(|(name, tensor)| json!({ "name": name, "kind": tensor.kind(), "shape": tensor.shape() }))
            .collect();
        output::json(&json!({ "origin": state.origin(), "tensors": tensors }))?;
        return Ok(Outcome::Done);
    }
    let origin = state.origin();
    let mut head = vec![origin.format.to_string()];
    head.extend(origin.key.as_ref().map(|key| format!("under {key}")));
    head.extend(origin.stripped.iter().map(|prefix| format!("{prefix} removed from every name")));
    output::line(&format!("{}: {}", origin.path.display(), head.join(", ")))?;
    let mut table = Table::new(&["name", "kind", "shape"]);
    for (name, tensor) in state.iter() {
        table.row([name.to_owned(), tensor.kind().to_string(), format!("{:?}", tensor.shape())]);
    }
    output::print(&table.render())?;
    let n_values: usize = state.iter().map(|(_, tensor)| tensor.len()).sum();
    output::line(&format!("{} tensors, {n_values} values", state.len()))?;
    if !origin.skipped.is_empty() {
        output::line(&format!("not tensors: {}", origin.skipped.join(", ")))?;
    }
    Ok(Outcome::Done)
}

pub(super) fn export(args: &ExportArgs) -> anyhow::Result<Outcome> {
    match args.format {
        ExportFormat::TimmSafetensors => export_timm(args),
        ExportFormat::Torchscript => export_script(args),
    }
}

#[cfg(feature = "torch")]
fn export_script(args: &ExportArgs) -> anyhow::Result<Outcome> {
    let card = crate::predict::export(&args.checkpoint, &args.out)?;
    if args.json {
        output::json(&card)?;
    } else {
        output::line(&format!("wrote {} and {}.json", args.out.display(), args.out.display()))?;
    }
    Ok(Outcome::Done)
}

#[cfg(not(feature = "torch"))]
fn export_script(_args: &ExportArgs) -> anyhow::Result<Outcome> {
    anyhow::bail!("this build has no LibTorch; build with --features torch or use cargo xtask")
}

fn export_timm(args: &ExportArgs) -> anyhow::Result<Outcome> {
    let options = ReadOptions { key: None, named_by: Some("the command line".to_owned()) };
    let state = StateDict::read_with(&args.checkpoint, &options)?;
    let exported = Layout::export(&state)?;
    // The card says which expression each row of `fc` is for; "format" is what readers of huggingface look for.
    let mut metadata = BTreeMap::from([("format".to_owned(), "pt".to_owned())]);
    metadata.extend(state.origin().metadata.clone());
    save(&args.out, &exported.state, &metadata)?;
    if args.json {
        output::json(&json!({
            "layout": exported.layout,
            "renamed": exported.n_renamed,
            "added": exported.n_added,
            "left": exported.left,
            "out": args.out,
        }))?;
    } else {
        output::line(&exported.to_string())?;
        output::line(&format!("wrote {}", args.out.display()))?;
    }
    Ok(Outcome::Done)
}
