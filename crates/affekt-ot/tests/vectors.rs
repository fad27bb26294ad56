//! Agreement with the reference numbers shared by the project, and with this crate's own golden file.

mod support;

use affekt_ot::{
    CostMatrix, Normalisation, PrototypeTable, SinkhornParams, StoppingRule, entropy_convention_value,
    envelope_logit_gradient, exact, expected_costs, minimum_risk, one_hot_cost, one_hot_logit_gradient,
    one_hot_uniform, population_optimum, sinkhorn, sinkhorn_divergence, total_variation, unbalanced_sinkhorn,
};
use serde_json::Value;
use support::{all_close, close};

const CLOSED: f64 = 1e-12;
const ITERATED: f64 = 1e-9;

struct Vectors(Vec<Value>);

impl Vectors {
    fn load(what: &str) -> Option<Self> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/ot_ml_vectors.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            skipped(what);
            return None;
        };
        let mut file: Value = serde_json::from_str(&text).expect("the vector file is JSON");
        let Value::Array(vectors) = file["vectors"].take() else { panic!("expected an array of vectors") };
        Some(Self(vectors))
    }

    fn get(&self, id: &str) -> &Value {
        self.0.iter().find(|v| v["id"] == id).expect("the vector is in the file")
    }

    /// The mean-normalised circumplex cost all vectors share.
    fn circumplex(&self) -> CostMatrix {
        self.prototypes().normalise(Normalisation::MeanOffDiagonal).expect("the prototypes differ")
    }

    fn prototypes(&self) -> CostMatrix {
        let rows = self.get("ot_onehot_closed_form")["mu"].as_array().expect("an array");
        let points: Vec<[f64; 2]> = rows.iter().map(|r| [number(&r[0]), number(&r[1])]).collect();
        CostMatrix::from_prototypes(&points).expect("the prototypes are finite")
    }

    fn marginals(&self) -> (Vec<f64>, Vec<f64>) {
        let v = self.get("emd_soft_target");
        (numbers(&v["p"]), numbers(&v["q"]))
    }
}

/// Says and counts that a check cannot run here.
fn skipped(vector: &str) {
    let line = format!("SKIP (shared vectors absent): {vector}\n");
    eprint!("{line}");
    if let Some(log) = std::env::var_os("AFFEKT_SKIP_LOG") {
        use std::io::Write as _;
        let mut file =
            std::fs::OpenOptions::new().create(true).append(true).open(log).expect("the log can be written");
        file.write_all(line.as_bytes()).expect("the log can be written");
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(number).collect()
}

fn index(value: &Value) -> usize {
    value.as_u64().and_then(|y| usize::try_from(y).ok()).expect("an index")
}

fn converged(epsilon: f64) -> SinkhornParams {
    let stopping = StoppingRule::Tolerance { tolerance: 1e-13, max_iterations: 100_000 };
    SinkhornParams::new(epsilon, stopping).expect("the parameters are valid")
}

#[test]
fn vector_ot_onehot_closed_form() {
    let Some(vectors) = Vectors::load("ot_onehot_closed_form") else { return };
    let v = vectors.get("ot_onehot_closed_form");
    close(vectors.prototypes().mean_off_diagonal(), number(&v["mean_offdiag"]), CLOSED);
    let (cost, p, y) = (vectors.circumplex(), numbers(&v["p"]), index(&v["y"]));
    close(one_hot_cost(&p, y, &cost).unwrap(), number(&v["ot_circumplex"]), CLOSED);
    all_close(&one_hot_logit_gradient(&p, y, &cost).unwrap(), &numbers(&v["grad_logits"]), CLOSED);
    close(one_hot_uniform(&p, y).unwrap(), number(&v["ot_uniform"]), CLOSED);
    let uniform = CostMatrix::uniform(p.len()).unwrap();
    close(one_hot_cost(&p, y, &uniform).unwrap(), number(&v["one_minus_py"]), CLOSED);
    let squared = vectors.prototypes().power(2.0).unwrap().normalise(Normalisation::MeanOffDiagonal).unwrap();
    close(one_hot_cost(&p, y, &squared).unwrap(), number(&v["ot_squared_cost_mean_norm"]), CLOSED);
}

#[test]
fn vector_emd_soft_target() {
    let Some(vectors) = Vectors::load("emd_soft_target") else { return };
    let v = vectors.get("emd_soft_target");
    let (p, q) = vectors.marginals();
    close(exact(&p, &q, &vectors.circumplex()).unwrap().cost_linear, number(&v["emd_circumplex"]), CLOSED);
    let uniform = CostMatrix::uniform(p.len()).unwrap();
    close(exact(&p, &q, &uniform).unwrap().cost_linear, number(&v["emd_uniform"]), CLOSED);
    close(total_variation(&p, &q).unwrap(), number(&v["half_l1"]), CLOSED);
}

#[test]
fn vector_sinkhorn() {
    for id in ["sinkhorn_eps_1.0", "sinkhorn_eps_0.1", "sinkhorn_eps_0.05"] {
        let Some(vectors) = Vectors::load(id) else { return };
        let v = vectors.get(id);
        let ((p, q), cost) = (vectors.marginals(), vectors.circumplex());
        let params = converged(number(&v["eps"]));
        let s = sinkhorn(&p, &q, &cost, &params).unwrap();
        close(s.cost_linear, number(&v["transport_cost"]), ITERATED);
        close(s.cost_regularised, number(&v["primal_kl"]), ITERATED);
        close(s.dual_value, number(&v["dual"]), ITERATED);
        // The file centres f by its mean under p.
        let mean: f64 = s.f.iter().zip(&p).map(|(f, p)| f * p).sum();
        let centred: Vec<f64> = s.f.iter().map(|f| f - mean).collect();
        all_close(&centred, &numbers(&v["f_centered"]), ITERATED);
        all_close(&envelope_logit_gradient(&p, &s.f).unwrap(), &numbers(&v["grad_logits"]), ITERATED);
        let divergence = sinkhorn_divergence(&p, &q, &cost, &params).unwrap().value;
        close(divergence, number(&v["sinkhorn_divergence"]), ITERATED);
    }
}

#[test]
fn vector_entropic_onehot() {
    let Some(vectors) = Vectors::load("entropic_onehot") else { return };
    let v = vectors.get("entropic_onehot");
    let (p, _) = vectors.marginals();
    let y = index(&vectors.get("ot_onehot_closed_form")["y"]);
    let mut target = vec![0.0; p.len()];
    target[y] = 1.0;
    let epsilon = number(&v["eps"]);
    let s = sinkhorn(&p, &target, &vectors.circumplex(), &converged(epsilon)).unwrap();
    close(s.cost_regularised, number(&v["kl_regularised"]), CLOSED);
    let with_entropy = entropy_convention_value(s.cost_regularised, &p, &target, epsilon);
    close(with_entropy, number(&v["entropy_regularised"]), CLOSED);
}

#[test]
fn vector_population_optimum_and_argmax_flip() {
    for id in [
        "population_optimum_circumplex_lam0.5",
        "population_optimum_circumplex_lam2.0",
        "population_optimum_uniform_lam0.5",
        "population_optimum_uniform_lam2.0",
        "argmax_flip_circumplex_lam0.5",
        "argmax_flip_uniform_lam0.5",
    ] {
        let Some(vectors) = Vectors::load(id) else { return };
        let v = vectors.get(id);
        let eta = numbers(&v["eta"]);
        let uniform = CostMatrix::uniform(eta.len()).unwrap();
        let cost = if id.contains("uniform") { uniform } else { vectors.circumplex() };
        let optimum = population_optimum(&eta, &cost, number(&v["lam"])).unwrap();
        close(optimum.nu, number(&v["nu"]), CLOSED);
        all_close(&optimum.p, &numbers(&v["p_star"]), CLOSED);
        let argmax = (0..eta.len()).max_by(|&a, &b| optimum.p[a].total_cmp(&optimum.p[b]));
        assert_eq!(argmax, Some(index(&v["argmax"])), "{id}");
        if id.starts_with("argmax_flip") {
            all_close(&expected_costs(&eta, &cost).unwrap(), &numbers(&v["expected_cost"]), CLOSED);
            assert_eq!(minimum_risk(&eta, &cost).unwrap(), index(&v["crm_argmin"]), "{id}");
        }
    }
}

#[test]
fn vector_unbalanced_sinkhorn() {
    let Some(vectors) = Vectors::load("unbalanced_sinkhorn") else { return };
    let v = vectors.get("unbalanced_sinkhorn");
    let (p, q) = vectors.marginals();
    let params = converged(number(&v["eps"]));
    let s = unbalanced_sinkhorn(&p, &q, &vectors.circumplex(), &params, number(&v["rho"])).unwrap();
    close(s.mass, number(&v["mass"]), ITERATED);
    close(s.cost_linear, number(&v["transport_cost"]), ITERATED);
    close(s.primal_value, number(&v["primal"]), ITERATED);
    close(s.dual_value, number(&v["dual"]), ITERATED);
}

#[test]
fn shared_prototypes_are_the_affectnet_table() {
    let Some(vectors) = Vectors::load("prototype table") else { return };
    let classes = ["neutral", "happiness", "sadness", "surprise", "fear", "disgust", "anger", "contempt"];
    let points = classes.map(|c| PrototypeTable::AffectNetVal.get(c).unwrap());
    assert_eq!(CostMatrix::from_prototypes(&points).unwrap(), vectors.prototypes());
}

#[test]
fn golden_cases_of_scipy_and_pot() {
    let text = include_str!("../testdata/ot/case.json");
    let file: Value = serde_json::from_str(text).unwrap();
    let tolerance = |name: &str| number(&file["tolerance"][name]);
    let epsilon = number(&file["epsilon"]);
    for case in file["cases"].as_array().unwrap() {
        let cost: CostMatrix = serde_json::from_value(case["cost"].clone()).unwrap();
        let (p, q) = (numbers(&case["p"]), numbers(&case["q"]));
        close(exact(&p, &q, &cost).unwrap().cost_linear, number(&case["exact"]), tolerance("exact"));
        if case["entropic_kl"].is_number() {
            let s = sinkhorn(&p, &q, &cost, &converged(epsilon)).unwrap();
            close(s.cost_linear, number(&case["entropic_linear"]), tolerance("entropic"));
            close(s.cost_regularised, number(&case["entropic_kl"]), tolerance("entropic"));
        }
    }
}
