//! What was run: by which code, with which library, on which machine.

use affekt_artifact::Machine;

use crate::study::{Origin, Origins, Study};
use crate::{Cell, DataTable};

const UNKNOWN: &str = "not recorded";
/// Digits of a digest or a commit that are enough to tell two apart by eye.
const SHORT: usize = 12;

/// One row per way in which runs were computed, the most frequent first.
pub(crate) fn table(study: &Study) -> DataTable {
    let columns = [
        "code",
        "runs",
        "commit",
        "affekt",
        "LibTorch",
        "device",
        "GPU",
        "driver",
        "CPU",
        "cores",
        "threads",
        "precision",
    ];
    let caption = "How the trained runs were computed: a row for each combination of build and machine";
    let mut table = DataTable::new("origins", caption, &columns);
    let mut counts: Vec<(&Origin, u64)> = study.origins.counts.iter().map(|(o, n)| (o, *n)).collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    table.rows.extend(counts.into_iter().map(|(origin, n)| row(origin, n)));
    table
}

/// Whether all runs were computed alike, in a sentence; none before the first run.
pub(crate) fn sentence(origins: &Origins) -> Option<String> {
    let runs: u64 = origins.counts.values().sum();
    let silent = origins.counts.keys().all(|origin| origin.machines.is_empty());
    let alike = match origins.counts.len() {
        0 => return None,
        1 if silent => {
            format!("{runs} trained, alike in what they say of themselves; the machine is not recorded.")
        }
        1 => format!("{runs} trained, all by the same build on the same kind of machine."),
        kinds => format!(
            "The {runs} trained runs are of {kinds} kinds: code, library or machine differ between them. A difference \
             between arms may be one between builds where the kinds do not spread evenly over the arms."
        ),
    };
    Some(match origins.taken {
        0 => alike,
        n => format!(
            "{alike} {n} of them were trained for another study with the same inputs and taken over; their machines.json \
             says for which."
        ),
    })
}

fn row(origin: &Origin, n: u64) -> Vec<Cell> {
    let told = |value: Option<&str>| Cell::text(value.unwrap_or(UNKNOWN));
    // A run that went on elsewhere names each machine it was on.
    let of = |value: &dyn Fn(&Machine) -> Option<String>| {
        let mut values: Vec<String> = origin
            .machines
            .iter()
            .map(|machine| value(machine).unwrap_or_else(|| UNKNOWN.to_owned()))
            .collect();
        values.dedup();
        Cell::text(if values.is_empty() { UNKNOWN.to_owned() } else { values.join(", then ") })
    };
    let only_gpu = |machine: &Machine, value: &Option<String>| {
        if machine.device == "cpu" { Some("none".to_owned()) } else { value.clone() }
    };
    vec![
        told(origin.code.as_deref().map(short)),
        Cell::Count(n),
        of(&commit),
        of(&|machine| Some(machine.version.clone())),
        told(origin.libtorch.as_deref()),
        of(&|machine| Some(machine.device.clone())),
        of(&|machine| only_gpu(machine, &machine.gpu)),
        of(&|machine| only_gpu(machine, &machine.driver)),
        of(&|machine| machine.cpu.clone()),
        of(&|machine| Some(machine.cores.to_string())),
        origin.threads.map_or_else(|| Cell::text(UNKNOWN), Cell::Count),
        told(origin.precision.as_deref()),
    ]
}

fn commit(machine: &Machine) -> Option<String> {
    let commit = machine.commit.as_deref().map(short)?;
    Some(match machine.dirty {
        Some(true) => format!("{commit}, with uncommitted changes"),
        Some(false) => commit.to_owned(),
        None => format!("{commit}, changes not recorded"),
    })
}

fn short(digest: &str) -> &str {
    digest.get(..SHORT).unwrap_or(digest)
}
