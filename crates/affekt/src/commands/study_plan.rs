//! `affekt study plan`

use std::collections::BTreeSet;

use affekt_study::{Done, LocalPool, PreparedDataset, Study, Twins, duration, plan_study, run_folder};
use serde::Serialize;

use super::study_run::command;
use crate::cli::PlanArgs;
use crate::output::{self, Outcome, Table};
use crate::{identity, prepare};

/// What `--json` prints.
#[derive(Serialize)]
struct Preview {
    study: String,
    folder: String,
    datasets: Vec<DatasetPreview>,
    arms: Vec<String>,
    seeds: Vec<u64>,
    runs: u64,
    done: u64,
    to_do: u64,
    /// Of those to do, the ones that another study has finished: on the same kind of machine they are taken over, not
    /// trained.
    to_take: u64,
    jobs: u64,
    median_seconds: Option<f64>,
    estimated_seconds: Option<f64>,
    run_ids_to_do: Vec<String>,
}

#[derive(Serialize)]
struct DatasetPreview {
    name: String,
    folder: String,
    prepared: bool,
    images: Option<u64>,
}

pub(super) fn run(args: &PlanArgs) -> anyhow::Result<Outcome> {
    let preview = preview(args)?;
    if args.json {
        output::json(&preview)?;
    } else {
        output::print(&render(&preview))?;
    }
    Ok(Outcome::Done)
}

fn preview(args: &PlanArgs) -> anyhow::Result<Preview> {
    let out = &args.study.out;
    let study = Study::load(&args.study.config, args.study.tier.as_deref(), &args.study.overrides)?;
    let spec = study.spec();
    // Told before data are prepared, which may take hours.
    study.weights()?;
    let located = prepare::locate(&study, out, args.study.data_root.as_deref())?;
    let dir = out.join(&spec.study);
    let datasets = located
        .iter()
        .map(|dataset| DatasetPreview {
            name: dataset.name.clone(),
            folder: out.join(&dataset.folder).display().to_string(),
            prepared: dataset.prepared.is_some(),
            images: dataset.prepared.as_ref().map(|p| p.class_counts.iter().flatten().sum()),
        })
        .collect();
    let trained_on = spec.datasets.iter().filter(|dataset| !dataset.tested_only).count();
    let trained = spec.arms.iter().filter(|arm| arm.post_hoc.is_none()).count();
    let total = (trained_on * trained * spec.seeds.len()) as u64;
    let prepared: Option<Vec<PreparedDataset>> = located
        .into_iter()
        .map(|dataset| Some(PreparedDataset { folder: dataset.folder, prepared: dataset.prepared? }))
        .collect();
    // The ids of runs depend on the data, so they are known once all of it is prepared.
    let mut seconds = Vec::new();
    let mut run_ids_to_do = Vec::new();
    let (mut done, mut to_take) = (0, 0);
    if let Some(prepared) = prepared {
        let planned = plan_study(&study, &prepared, &identity::plan_context(command(&args.study)))?;
        run_ids_to_do = planned.to_do(&dir).into_iter().map(|job| job.id).collect();
        done = total - run_ids_to_do.len() as u64;
        let twins = Twins::below(out, &spec.study);
        let open: BTreeSet<&str> = run_ids_to_do.iter().map(String::as_str).collect();
        let open_runs = planned.runs.iter().filter(|run| open.contains(run.id.as_str()));
        to_take = open_runs.filter(|run| twins.of(run, |_| true).is_some()).count() as u64;
        let marks = planned.plan.runs.iter().filter_map(|run| Done::load(&run_folder(&dir, run)).ok());
        seconds = marks.filter_map(|done| done.seconds).collect();
    }
    let jobs = args.jobs.unwrap_or_else(|| LocalPool::default_jobs(spec.threads_per_run)).max(1) as u64;
    let median_seconds = median(seconds);
    Ok(Preview {
        study: spec.study.clone(),
        folder: dir.display().to_string(),
        datasets,
        arms: spec.arms.iter().map(|arm| arm.name.clone()).collect(),
        seeds: spec.seeds.clone(),
        runs: total,
        done,
        to_do: total - done,
        to_take,
        jobs,
        median_seconds,
        estimated_seconds: median_seconds
            .map(|median| median * (total - done - to_take) as f64 / jobs as f64),
        run_ids_to_do,
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 1 => values.get(middle).copied(),
        _ => Some(f64::midpoint(values[middle - 1], values[middle])),
    }
}

fn render(preview: &Preview) -> String {
    let mut table = Table::new(&["dataset", "images", "folder"]);
    for dataset in &preview.datasets {
        let images = dataset.images.map_or_else(|| "to prepare".to_owned(), |n| n.to_string());
        table.row([dataset.name.clone(), images, dataset.folder.clone()]);
    }
    let seeds: Vec<String> = preview.seeds.iter().map(ToString::to_string).collect();
    let cost = match (preview.to_do, preview.estimated_seconds) {
        (0, _) => "nothing left".to_owned(),
        (_, Some(seconds)) => {
            format!(
                "about {} at {} runs at a time, by the median finished run",
                duration(seconds),
                preview.jobs
            )
        }
        (_, None) => "unknown until a run has finished".to_owned(),
    };
    let taken = match preview.to_take {
        0 => String::new(),
        n => format!(", {n} of them finished by another study (taken over on the same kind of machine)"),
    };
    let to_do: String =
        preview.run_ids_to_do.iter().fold(String::new(), |text, id| text + "  to do  " + id + "\n");
    format!(
        "study {}\n\n{}\narms     {}\nseeds    {}\nruns     {}: {} done, {} to do{taken}\ncost     {cost}\nresults  {}\n{to_do}",
        preview.study,
        table.render(),
        preview.arms.join(", "),
        seeds.join(", "),
        preview.runs,
        preview.done,
        preview.to_do,
        preview.folder,
    )
}
