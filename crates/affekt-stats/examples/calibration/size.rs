//! Frequency of rejection where the null hypothesis holds.

use affekt_core::{Seed, Stream};
use affekt_stats::{
    Alternative, Blocks, ClusterSums, Differences, SignFlip, StatsError, Wilcoxon, ZeroMethod,
    cluster_sign_flip, friedman, holm_post_hoc, nemenyi, nemenyi_normal, paired_t, paired_tost, sign_flip,
    sign_flip_sampled, sign_flip_tost, sign_test, wilcoxon, wilcoxon_normal,
};

use crate::LEVEL;
use crate::laws::Law;
use crate::table::{Promise, Row, Table, rows, simulate};

use Promise::{Approximate, Exact};

/// Draws of tests by draws: with 199 the level 0.05 is attained exactly.
const DRAWS: u64 = 199;

pub(crate) fn tables() -> Vec<Table> {
    let mut paired = Vec::new();
    for law in Law::ALL {
        paired.extend(paired_rows(law));
    }
    paired.sort_by_key(|row| (row.promise == Approximate, position(row.method)));
    let mut arms = Vec::new();
    let mut clusters = Vec::new();
    for law in [Law::Normal, Law::Cauchy, Law::Ties] {
        arms.extend(arm_rows(law));
        clusters.extend(cluster_rows(law));
    }
    arms.sort_by_key(|row| (row.promise == Approximate, row.method));
    clusters.sort_by_key(|row| row.method);
    let (coverage, text) = (
        false,
        "Rejections in per cent at level 5 %, three arms. The two approximations are here for comparison with other tools and \
        decide nothing.",
    );
    vec![
        Table {
            title: "Paired tests",
            text: "Rejections in per cent at level 5 %. Exact tests first: with few pairs they stay well below the level, \
                for no p just below it exists (at 4 and 5 pairs no two-sided p reaches it at all). Differences of the \
                equivalence tests are centred on the margin, the edge of their null hypothesis. Then what is here for \
                comparison with other tools and decides nothing: the t tests, which hold their level where differences are \
                normal, as they assume, and on other laws show what becomes of it; and the normal approximation of \
                Wilcoxon, used beyond 120 pairs alone.",
            rows: paired,
            coverage,
        },
        Table { title: "Several arms", text, rows: arms, coverage },
        Table {
            title: "Clusters",
            text: "Rejections in per cent at level 5 %; four items in each cluster share half of their variance.",
            rows: clusters,
            coverage,
        },
    ]
}

const METHODS: [&str; 11] = [
    "sign-flip",
    "sign-flip, greater",
    "sign-flip, 199 draws",
    "Wilcoxon",
    "Wilcoxon, Pratt",
    "Wilcoxon, zsplit",
    "sign test",
    "sign-flip TOST at the margin",
    "paired t",
    "t TOST at the margin",
    "Wilcoxon, normal approximation",
];

fn position(method: &str) -> usize {
    METHODS.iter().position(|name| *name == method).unwrap_or(METHODS.len())
}

fn rejects(p: Result<f64, StatsError>) -> Option<bool> {
    p.ok().map(|p| p <= LEVEL)
}

fn paired_rows(law: Law) -> Vec<Row> {
    let two = Alternative::TwoSided;
    let found = simulate(&format!("paired, {}", law.name()), |n, stream| {
        let seed = Seed(stream.next_u64());
        let Ok(d) = Differences::new(law.sample(n, stream)) else { return [None; 11] };
        let ranks = |zeros| rejects(wilcoxon(&d, zeros).map(|w| w.p_value(two)));
        let margin = 1.0;
        let edge = Differences::new(d.values().iter().map(|x| x + margin).collect());
        [
            rejects(sign_flip(&d, two).map(|s| s.p_value())),
            rejects(sign_flip(&d, Alternative::Greater).map(|s| s.p_value())),
            rejects(sign_flip_sampled(&d, two, DRAWS, seed).map(|s| s.p_value())),
            ranks(ZeroMethod::Wilcox),
            ranks(ZeroMethod::Pratt),
            ranks(ZeroMethod::Zsplit),
            rejects(Ok(sign_test(&d).p_value(two))),
            rejects(edge.clone().and_then(|edge| sign_flip_tost(&edge, margin)).map(|tost| tost.p_value)),
            rejects(paired_t(&d).map(|t| t.p_value(two))),
            rejects(edge.and_then(|edge| paired_tost(&edge, margin)).map(|tost| tost.p_value)),
            rejects(Ok(wilcoxon_normal(&d, ZeroMethod::Wilcox, true, two).p_value)),
        ]
    });
    // t holds its level where its assumption does.
    let normal = if law == Law::Normal { Exact } else { Approximate };
    let promises = [Exact, Exact, Exact, Exact, Exact, Exact, Exact, Exact, normal, normal, Approximate];
    rows(&found, law.name(), std::array::from_fn(|k| (METHODS[k], promises[k])))
}

fn arm_rows(law: Law) -> Vec<Row> {
    let found = simulate(&format!("arms, {}", law.name()), |n, stream| {
        let Ok(blocks) = Blocks::new((0..n).map(|_| law.sample(3, stream)).collect()) else {
            return [None; 6];
        };
        let any = |pairs: Vec<affekt_stats::PairOfArms>| pairs.iter().any(|pair| pair.adjusted_p <= LEVEL);
        let test = friedman(&blocks);
        let ranks = Wilcoxon { zero_method: ZeroMethod::Wilcox };
        [
            rejects(test.clone().map(|t| t.p_value)),
            holm_post_hoc(&blocks, &SignFlip, None).ok().map(any),
            holm_post_hoc(&blocks, &ranks, Some(0)).ok().map(any),
            nemenyi(&blocks, LEVEL).ok().map(|found| any(found.pairs)),
            Some(any(nemenyi_normal(&blocks))),
            rejects(test.map(|t| t.p_chi_squared)),
        ]
    });
    let methods = [
        ("Friedman", Exact),
        ("Holm over sign-flip, any pair", Exact),
        ("Holm over Wilcoxon, against a control", Exact),
        ("Nemenyi, any pair", Exact),
        ("Nemenyi, normal approximation", Approximate),
        ("Friedman, chi-squared approximation", Approximate),
    ];
    rows(&found, law.name(), methods)
}

fn cluster_rows(law: Law) -> Vec<Row> {
    let found = simulate(&format!("clusters, {}", law.name()), |n, stream| {
        let seed = Seed(stream.next_u64());
        let (mut clusters, mut differences) = (Vec::new(), Vec::new());
        for cluster in 0..n {
            let shared = law.draw(stream);
            for _ in 0..4 {
                clusters.push(cluster);
                differences.push(shared + law.draw(stream));
            }
        }
        let additive = cluster_sign_flip(&clusters, &differences, Alternative::TwoSided).map(|o| o.p_value);
        let drawn = confusions(n, law, stream)
            .and_then(|sums| sums.randomise(DRAWS, seed, macro_f1))
            .map(|found| found.drawn.p_value());
        [rejects(additive), rejects(drawn)]
    });
    let methods = [("cluster sign-flip", Exact), ("cluster randomisation of macro-F1, 199 draws", Exact)];
    rows(&found, law.name(), methods)
}

/// Confusion matrices of two arms over two classes, equally good, alike within a cluster.
fn confusions(n: usize, law: Law, stream: &mut Stream) -> Result<ClusterSums, StatsError> {
    let mut arms = [Vec::new(), Vec::new()];
    for _ in 0..n {
        let difficulty = law.draw(stream);
        for arm in &mut arms {
            let mut table = vec![0.0; 4];
            for frame in 0..6 {
                let truth = usize::from(frame >= 4);
                let guess = if law.draw(stream) + difficulty > -0.8 { truth } else { 1 - truth };
                table[2 * truth + guess] += 1.0;
            }
            arm.push(table);
        }
    }
    ClusterSums::new(&arms[0], &arms[1])
}

fn macro_f1(sums: &[f64]) -> f64 {
    let f1 = |hit: f64, missed: f64, wrong: f64| {
        let seen = 2.0 * hit + missed + wrong;
        if seen > 0.0 { 2.0 * hit / seen } else { 0.0 }
    };
    0.5 * (f1(sums[0], sums[1], sums[2]) + f1(sums[3], sums[2], sums[1]))
}
