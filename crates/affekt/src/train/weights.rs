//! Weights that a run starts from: read without executing anything, matched strictly, copied into the store.

use std::collections::BTreeMap;
use std::path::Path;

use affekt_artifact::{Digest, write_atomic};
use affekt_core::LabelSet;
use affekt_study::{MethodSpec, ResolvedRun, StageName, WeightsSpec};
use affekt_tensor::{ParamStore, Tensor};
use affekt_weights::{
    Division, Dropped, Expected, Kind, Layout, NameMap, ReadOptions, Rules, StateDict, plan,
};
use anyhow::{Context as _, ensure};

/// Heads by the first part of their names, those of the two branches too.
const HEADS: [&str; 8] = [
    "expression.",
    "va.",
    "au.",
    "auxiliary.expression.",
    "auxiliary.attention.",
    "target.expression.",
    "target.attention.",
    "objective.",
];
const BRANCHES: [&str; 2] = ["auxiliary.", "target."];

/// Gives the parameters and buffers of `store` the values of the file that the run names, and says in `weights.txt`
/// what became of every entry. Frozen parameters are loaded like others and stay frozen.
pub(super) fn load(run: &ResolvedRun, store: &ParamStore, folder: &Path) -> anyhow::Result<()> {
    let Some(spec) = &run.model.weights else { return Ok(()) };
    check_digest(run, spec)?;
    let named_by = format!("model.weights.file of {}", folder.join("run.json").display());
    let text = copy(run, spec, named_by, store)?;
    eprint!("{text}");
    write_atomic(&folder.join("weights.txt"), text.as_bytes())?;
    Ok(())
}

/// Copies the values of the file into `store`, and says what became of every entry.
pub(crate) fn copy(
    run: &ResolvedRun,
    spec: &WeightsSpec,
    named_by: String,
    store: &ParamStore,
) -> anyhow::Result<String> {
    let options = ReadOptions { key: spec.key.clone(), named_by: Some(named_by) };
    let state = StateDict::read_with(&spec.file, &options)?;
    let layout = layout(run)?;
    let expected = expected(store)?;
    let names = names(layout, &state, &expected, &run.label_set, spec)?;
    let fresh = fresh(&names, &expected, spec);
    let rules = Rules { names, droppable: spec.drop.clone(), fresh };
    let (pairs, report) = plan(&state, &expected, &rules)?;
    let mut values = BTreeMap::new();
    for (target, source) in pairs {
        let tensor = state.get(&source).expect("because the plan pairs names that are there");
        let shape = tensor.shape().iter().map(|&n| i64::try_from(n)).collect::<Result<Vec<_>, _>>()?;
        values.insert(target, Tensor::from_slice(&tensor.to_f32()).reshape(shape));
    }
    store.restore(&values);
    if matches!(layout, Layout::DualBranch { .. }) && Layout::detect(&state).is_none() {
        // One trunk went into both: the target branch starts as a copy, heads that start random included.
        store.copy_values(BRANCHES[0], BRANCHES[1]);
    }
    Ok(format!("{}\n{report}\n", origin(run, &state)))
}

/// Refuses a file other than the one the run was planned with.
fn check_digest(run: &ResolvedRun, spec: &WeightsSpec) -> anyhow::Result<()> {
    let path = spec.file.display();
    let expected = run
        .weights_digest
        .as_ref()
        .with_context(|| format!("the run has no weights_digest for {path}: plan the study again"))?;
    let found = Digest::of_file(&spec.file).with_context(|| {
        format!("model.weights.file: no weights at {path}, and none are made up in their place")
    })?;
    ensure!(
        found == *expected,
        "{path}: weights digest is {found}; the run expects {expected}: plan the study again"
    );
    Ok(())
}

fn layout(run: &ResolvedRun) -> anyhow::Result<Layout> {
    let Some(MethodSpec::AdaDf { divide_after, .. }) = &run.method else { return Ok(Layout::MultiTask) };
    let division = match divide_after {
        StageName::Conv1 => Division::Conv1,
        StageName::Layer1 => Division::Layer1,
        StageName::Layer2 => Division::Layer2,
        StageName::Layer3 => Division::Layer3,
        StageName::Layer4 => anyhow::bail!("a network divided after layer4 leaves nothing for the branches"),
    };
    Ok(Layout::DualBranch { division })
}

fn expected(store: &ParamStore) -> anyhow::Result<Vec<Expected>> {
    let shaped = |(name, tensor): (String, Tensor)| {
        let shape = tensor.size().into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(Expected::new(name, shape, Kind::F32))
    };
    store.state().into_iter().map(shaped).collect()
}

/// Which entry goes where; heads for other classes go nowhere, with the reason.
fn names(
    layout: Layout,
    state: &StateDict,
    expected: &[Expected],
    label_set: &LabelSet,
    spec: &WeightsSpec,
) -> anyhow::Result<NameMap> {
    let mut names = match Layout::detect(state) {
        // A checkpoint of the same network: names as they are.
        Some(own) if own == layout => {
            let pairs = state.names().map(|name| (name.to_owned(), name.to_owned())).collect();
            NameMap { pairs, dropped: Vec::new() }
        }
        Some(_) => anyhow::bail!(
            "{}: a checkpoint of affekt of another network; `affekt export` makes a ResNet under timm's names \
             of it, which fits any",
            spec.file.display()
        ),
        None => layout.import(state, label_set.len()),
    };
    let dropped = Rules { droppable: spec.drop.clone(), ..Rules::default() };
    names.pairs.retain(|_, source| !dropped.drops(source));
    let shapes: BTreeMap<&str, &[usize]> =
        expected.iter().map(|e| (e.name.as_str(), e.shape.as_slice())).collect();
    for head in HEADS {
        let is_expression = head.ends_with("expression.");
        let Some(source) = names.pairs.get(&format!("{head}weight")).and_then(|name| state.get(name)) else {
            continue;
        };
        let rows = shapes.get(format!("{head}weight").as_str()).and_then(|shape| shape.first());
        let reason = if source.shape().first() != rows {
            let n = |rows: Option<&usize>| rows.map_or_else(|| "no".to_owned(), ToString::to_string);
            format!("a head of {} rows, the model has {}", n(source.shape().first()), n(rows))
        } else if let Some(classes) = card_classes(state)
            && is_expression
            && classes != label_set.classes()
        {
            format!("a head for {}, the model has {}", classes.join(", "), label_set.classes().join(", "))
        } else {
            continue;
        };
        let (gone, kept) = names.pairs.into_iter().partition(|(target, _)| target.starts_with(head));
        names.pairs = kept;
        for name in BTreeMap::into_values(gone) {
            if !names.dropped.iter().any(|dropped| dropped.name == name) {
                names.dropped.push(Dropped { name, reason: reason.clone() });
            }
        }
    }
    Ok(names)
}

/// Classes of the checkpoint that the file is or was exported from, in their order; none for a file of others.
fn card_classes(state: &StateDict) -> Option<Vec<String>> {
    let card: serde_json::Value = serde_json::from_str(state.origin().metadata.get("affekt")?).ok()?;
    serde_json::from_value(card.get("label_set")?.get("classes")?.clone()).ok()
}

/// What may start random: what the study says, and every head of which the file has no entry at all.
fn fresh(names: &NameMap, expected: &[Expected], spec: &WeightsSpec) -> Vec<String> {
    let is_head = |head: &&str| expected.iter().any(|e| e.name.starts_with(head));
    let is_absent = |head: &&str| !names.pairs.keys().any(|target| target.starts_with(head));
    let heads = HEADS.iter().copied().filter(|head| is_head(head) && is_absent(head));
    spec.fresh.iter().cloned().chain(heads.map(str::to_owned)).collect()
}

fn origin(run: &ResolvedRun, state: &StateDict) -> String {
    let origin = state.origin();
    let mut words = vec![format!("weights {}", origin.path.display()), origin.format.to_string()];
    words.extend(origin.key.as_ref().map(|key| format!("under {key}")));
    words.extend(origin.stripped.iter().map(|prefix| format!("{prefix} removed from every name")));
    words.extend(run.weights_digest.as_ref().map(|digest| format!("BLAKE3 {digest}")));
    words.join(", ")
}
