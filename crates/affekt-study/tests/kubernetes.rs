//! The manifest of an Indexed Job against the published API, as `k8s-openapi` has it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use affekt_study::{EXIT_KEPT, KubernetesSpec};
use k8s_openapi::api::batch::v1::Job;
use serde_json::Value;

const SPEC: &str = r#"
image = "registry.example/affekt:0.1"
claim = "runs"
mount = "/runs/"
namespace = "affect"
memory = "8Gi"
gpus = 1
parallelism = 4
node_selector = { zone = "a" }
"#;

fn manifest(name: &str) -> Value {
    toml::from_str::<KubernetesSpec>(SPEC).unwrap().manifest(name, 60, 2, "study/kubernetes/index.tsv")
}

/// Paths at which `from` has something that `in_` has not, or has differently.
fn lost(path: &str, from: &Value, in_: &Value) -> Vec<String> {
    match (from, in_) {
        (Value::Object(from), Value::Object(in_)) => {
            let below =
                |(key, value)| lost(&format!("{path}.{key}"), value, in_.get(key).unwrap_or(&Value::Null));
            from.iter().flat_map(below).collect()
        }
        (Value::Array(from), Value::Array(in_)) if from.len() == in_.len() => {
            let below = |(k, (a, b))| lost(&format!("{path}[{k}]"), a, b);
            from.iter().zip(in_).enumerate().flat_map(below).collect()
        }
        _ if from == in_ => Vec::new(),
        _ => vec![path.to_owned()],
    }
}

#[test]
fn every_field_is_one_of_the_published_schema() {
    let manifest = manifest("toy");
    // A field that the schema does not have, or has as another type, does not come back.
    let job: Job = serde_json::from_value(manifest.clone()).unwrap();
    assert_eq!(lost("", &manifest, &serde_json::to_value(&job).unwrap()), Vec::<String>::new());
    let mut wrong = manifest;
    wrong["spec"]["completionmode"] = "Indexed".into();
    let job: Job = serde_json::from_value(wrong.clone()).unwrap();
    assert_eq!(lost("", &wrong, &serde_json::to_value(&job).unwrap()), [".spec.completionmode"]);

    let spec = job.spec.unwrap();
    assert_eq!(
        (spec.completion_mode.as_deref(), spec.completions, spec.parallelism),
        (Some("Indexed"), Some(60), Some(4))
    );
    let pod = spec.template.spec.unwrap();
    // What a policy for failures asks of its pods.
    assert_eq!(pod.restart_policy.as_deref(), Some("Never"));
    let rules = spec.pod_failure_policy.unwrap().rules;
    let ignored = rules.iter().find(|rule| rule.action == "Ignore").unwrap();
    assert_eq!(ignored.on_exit_codes.as_ref().unwrap().values, [i32::from(EXIT_KEPT)]);
    let limits = pod.containers[0].resources.as_ref().unwrap().limits.as_ref().unwrap();
    assert_eq!(limits["nvidia.com/gpu"].0, "1");
    assert_eq!(limits["cpu"].0, "2", "the threads of a run");
}

#[test]
fn names_are_dns_labels() {
    for (name, expected) in [("Faces8_ab", "affekt-faces8-ab"), ("x.", "affekt-x")] {
        assert_eq!(manifest(name)["metadata"]["name"], expected);
    }
    let long = manifest(&"a".repeat(200));
    assert!(long["metadata"]["name"].as_str().unwrap().len() <= 50);
}
