//! Runs as an Indexed Job of Kubernetes: one manifest, written and not applied.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::EXIT_KEPT;

/// What a cluster must be told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesSpec {
    /// Image with affekt and LibTorch in it.
    pub image: String,
    /// Claim of the volume that holds the study's output folder.
    pub claim: String,
    /// Where it is mounted: the output folder as the runs see it.
    pub mount: String,
    /// Namespace; absent for the one of the context.
    #[serde(default)]
    pub namespace: Option<String>,
    /// Cores of a run; absent for its threads.
    #[serde(default)]
    pub cpu: Option<u32>,
    /// Memory of a run, such as `8Gi`.
    #[serde(default)]
    pub memory: Option<String>,
    /// GPUs of a run.
    #[serde(default)]
    pub gpus: Option<u32>,
    /// Runs at a time.
    pub parallelism: u32,
    /// Failures of one run after which it is given up.
    #[serde(default = "three")]
    pub backoff_limit_per_index: u32,
    /// Labels a node must have.
    #[serde(default)]
    pub node_selector: BTreeMap<String, String>,
}

const fn three() -> u32 {
    3
}

impl KubernetesSpec {
    /// The manifest of `n` runs: run k is line k + 1 of `index`, a path within the volume. A run that was asked to stop (exit
    /// code [`EXIT_KEPT`]) is begun again and does not count as a failure; one that ended in an error is given up.
    ///
    /// # Source
    /// Kubernetes API, `batch/v1` Job: `completionMode: Indexed`, `podFailurePolicy`
    pub fn manifest(&self, name: &str, n: usize, threads: u32, index: &str) -> Value {
        let cpu = self.cpu.unwrap_or(threads).to_string();
        let mut limits = BTreeMap::from([("cpu", cpu)]);
        limits.extend(self.memory.clone().map(|memory| ("memory", memory)));
        limits.extend(self.gpus.map(|gpus| ("nvidia.com/gpu", gpus.to_string())));
        let index = format!("{}/{index}", self.mount.trim_end_matches('/'));
        let command = "run=$(sed -n \"$((JOB_COMPLETION_INDEX + 1))p\" \"$AFFEKT_INDEX\" | cut -f2); \
                       exec affekt train --run \"$AFFEKT_ROOT/$run\"";
        let threads = threads.to_string();
        let variable = |name: &str, value: &str| json!({ "name": name, "value": value });
        let mut metadata = json!({ "name": plain(name), "labels": { "app": "affekt" } });
        if let Some(namespace) = &self.namespace {
            metadata["namespace"] = namespace.as_str().into();
        }
        let mut pod = json!({
            "restartPolicy": "Never",
            // As long as a step and the writing of its state may take.
            "terminationGracePeriodSeconds": 120,
            "containers": [{
                "name": "run",
                "image": self.image,
                "command": ["sh", "-c", command],
                "env": [
                    variable("AFFEKT_INDEX", &index),
                    variable("AFFEKT_ROOT", self.mount.trim_end_matches('/')),
                    variable("OMP_NUM_THREADS", &threads),
                    variable("MKL_NUM_THREADS", &threads),
                    variable("RAYON_NUM_THREADS", &threads),
                ],
                "resources": { "limits": limits, "requests": limits },
                "volumeMounts": [{ "name": "runs", "mountPath": self.mount }],
            }],
            "volumes": [{ "name": "runs", "persistentVolumeClaim": { "claimName": self.claim } }],
        });
        if !self.node_selector.is_empty() {
            pod["nodeSelector"] = json!(self.node_selector);
        }
        json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": metadata,
            "spec": {
                "completionMode": "Indexed",
                "completions": n,
                "parallelism": self.parallelism,
                "backoffLimitPerIndex": self.backoff_limit_per_index,
                "maxFailedIndexes": n,
                "podFailurePolicy": { "rules": [
                    { "action": "Ignore", "onExitCodes": { "operator": "In", "values": [EXIT_KEPT] } },
                    // A failure that the run has told of itself comes again.
                    { "action": "FailIndex", "onExitCodes": { "operator": "In", "values": [1, 2] } },
                    { "action": "Ignore", "onPodConditions": [{ "type": "DisruptionTarget", "status": "True" }] },
                ] },
                "template": { "metadata": { "labels": { "app": "affekt" } }, "spec": pod },
            },
        })
    }
}

/// A name as DNS labels allow it: at most 50 lower-case letters, digits and dashes, for the cluster adds its own.
fn plain(name: &str) -> String {
    let letters =
        format!("affekt-{name}").to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    letters.chars().take(50).collect::<String>().trim_matches('-').to_owned()
}

/// Lines of `index.tsv` with paths relative to the output folder, which lies elsewhere in a cluster.
pub fn relative_index(jobs: &[crate::Job], out: &Path) -> String {
    let line = |job: &crate::Job| {
        let run = job.folder.strip_prefix(out).unwrap_or(&job.folder);
        format!("{}\t{}\n", job.id, run.display())
    };
    jobs.iter().map(line).collect()
}
