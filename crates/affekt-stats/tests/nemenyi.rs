//! The counted Nemenyi test beside every permutation written out.

use affekt_stats::{Blocks, nemenyi, nemenyi_normal};

/// All orders of a row.
fn orders(row: &[f64]) -> Vec<Vec<f64>> {
    if row.len() < 2 {
        return vec![row.to_vec()];
    }
    (0..row.len())
        .flat_map(|i| {
            let mut rest = row.to_vec();
            let head = rest.remove(i);
            orders(&rest).into_iter().map(move |tail| [vec![head], tail].concat())
        })
        .collect()
}

/// Largest gap of mean ranks in every table that permuting within rows gives.
fn ranges(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut tables: Vec<Vec<Vec<f64>>> = vec![Vec::new()];
    for row in rows {
        let orders = orders(row);
        tables = tables
            .into_iter()
            .flat_map(|table| orders.iter().map(move |order| [table.clone(), vec![order.clone()]].concat()))
            .collect();
    }
    let gap = |table: Vec<Vec<f64>>| {
        let mut ranks = Blocks::new(table).expect("a table").average_ranks();
        ranks.sort_by(f64::total_cmp);
        ranks[ranks.len() - 1] - ranks[0]
    };
    tables.into_iter().map(gap).collect()
}

#[test]
fn p_is_the_share_of_all_permutations() {
    let tables = [
        vec![vec![3.0, 1.0, 2.0], vec![0.3, 0.1, 0.4], vec![9.0, 2.0, 5.0], vec![1.0, 0.0, 3.0]],
        // Ties within a block.
        vec![vec![1.0, 1.0, 0.0], vec![2.0, 1.0, 1.0], vec![5.0, 4.0, 3.0]],
        vec![vec![4.0, 3.0, 2.0, 1.0], vec![4.0, 1.0, 3.0, 2.0], vec![9.0, 8.0, 7.0, 7.5]],
    ];
    for rows in tables {
        let all = ranges(&rows);
        let level = 0.3;
        let found = nemenyi(&Blocks::new(rows).expect("a table"), level).expect("a level");
        assert_eq!(found.standard_error, None);
        for pair in &found.pairs {
            let extreme = all.iter().filter(|&&gap| gap >= pair.rank_difference.abs() - 1e-9).count();
            let expected = extreme as f64 / all.len() as f64;
            assert!((pair.adjusted_p - expected).abs() < 1e-12, "{pair:?}: expected {expected}");
            // The critical difference parts what is rejected from what is not.
            assert_eq!(
                pair.adjusted_p <= level,
                pair.rank_difference.abs() > found.critical_difference + 1e-9
            );
        }
    }
}

#[test]
fn many_blocks_come_to_the_normal_approximation() {
    let rows: Vec<Vec<f64>> = (0..60)
        .map(|i| (0..5).map(|j| f64::from((i * 7 + j * 13) % 17) - 0.3 * f64::from(j)).collect())
        .collect();
    let blocks = Blocks::new(rows).expect("a table");
    let drawn = nemenyi(&blocks, 0.05).expect("a level");
    assert!(drawn.standard_error.is_some_and(|se| se < 0.002));
    for (ours, normal) in drawn.pairs.iter().zip(nemenyi_normal(&blocks)) {
        assert!((ours.adjusted_p - normal.adjusted_p).abs() < 0.03, "{ours:?} {normal:?}");
    }
}
