//! Regression over classes or pairs of classes, tested by relabelling the classes.

use crate::MetricError;
use crate::permutation::each_permutation;
use crate::ranks::{midranks, standardised};

/// Length below which what other predictors leave of a unit column is rounding.
const NOTHING: f64 = 1e-9;

/// An explanation offered for the outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Predictor<'a> {
    /// Name in tables.
    pub name: &'a str,
    /// One value an observation.
    pub values: Vec<f64>,
}

/// What a regression says of one predictor, the others held fixed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// Change of the outcome, in its standard deviations, with one standard deviation of the predictor.
    pub beta: f64,
    /// Partial correlation with the outcome given the other predictors, in `[-1, 1]`; its t statistic is
    /// `r sqrt(df / (1 - r^2))`.
    pub partial_r: f64,
    /// Share of the relabellings of the classes under which the partial correlation is at least as far from 0, the
    /// labels as they are included: two-sided, never 0.
    pub p: f64,
    /// Smallest and largest beta when one class is left out; none where some regression without a class has none.
    pub leave_one_out: Option<[f64; 2]>,
}

/// One predictor of a regression.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Its name.
    pub name: String,
    /// None where the predictor is constant, or the others say all that it does.
    pub estimate: Option<Estimate>,
}

/// A linear regression, every column standardised.
#[derive(Clone, Debug, PartialEq)]
pub struct Regression {
    /// Observations.
    pub n: usize,
    /// Share of the variance of the outcome that all predictors together explain; none for a constant outcome.
    pub r_squared: Option<f64>,
    /// In the order of the predictors.
    pub terms: Vec<Term>,
}

/// How observations follow when classes are relabelled or left out.
#[derive(Clone, Copy)]
pub(super) struct Observations<'a> {
    /// Number of classes.
    pub(super) n_classes: usize,
    /// Number of observations of that many classes.
    pub(super) count: fn(usize) -> usize,
    /// Position of the observation that takes the place of each when class i is called `order[i]`.
    pub(super) moved: &'a dyn Fn(&[usize]) -> Vec<usize>,
    /// Positions without a class.
    pub(super) without: &'a dyn Fn(usize) -> Vec<usize>,
}

/// Fits, tests every predictor by double semi-partialling, and leaves each class out once.
pub(super) fn regress(
    outcome: &[f64],
    predictors: &[Predictor<'_>],
    observations: Observations<'_>,
) -> Result<Regression, MetricError> {
    let n = (observations.count)(observations.n_classes);
    check("outcome", outcome, n)?;
    for predictor in predictors {
        check("predictor", &predictor.values, n)?;
    }
    let columns: Vec<&[f64]> = predictors.iter().map(|p| p.values.as_slice()).collect();
    let fit = Fit::new(outcome, &columns);
    let p = exact(&fit, observations)?;
    let terms = predictors.iter().enumerate().map(|(k, predictor)| {
        let estimate = fit.partial[k].as_ref().map(|partial| Estimate {
            beta: partial.beta,
            partial_r: partial.r,
            p: p[k],
            leave_one_out: left_out(outcome, &columns, k, observations),
        });
        Term { name: predictor.name.to_owned(), estimate }
    });
    Ok(Regression { n, r_squared: fit.r_squared, terms: terms.collect() })
}

/// The same regression on ranks: its partial correlations are partial Spearman correlations.
pub(super) fn regress_ranks(
    outcome: &[f64],
    predictors: &[Predictor<'_>],
    observations: Observations<'_>,
) -> Result<Regression, MetricError> {
    let ranked: Vec<Predictor<'_>> = predictors
        .iter()
        .map(|predictor| Predictor { name: predictor.name, values: midranks(&predictor.values) })
        .collect();
    regress(&midranks(outcome), &ranked, observations)
}

fn check(what: &'static str, values: &[f64], expected: usize) -> Result<(), MetricError> {
    if values.len() != expected {
        return Err(MetricError::Length { what, expected, got: values.len() });
    }
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(MetricError::NonFinite { what, index, got: values[index] }),
        None => Ok(()),
    }
}

/// A predictor less what the others say of it, and the outcome less what they say of that.
struct Partial {
    /// Orthonormal basis of the other predictors.
    others: Vec<Vec<f64>>,
    predictor: Vec<f64>,
    outcome: Vec<f64>,
    beta: f64,
    r: f64,
}

struct Fit {
    partial: Vec<Option<Partial>>,
    r_squared: Option<f64>,
}

impl Fit {
    fn new(outcome: &[f64], columns: &[&[f64]]) -> Self {
        let Some(outcome) = standardised(outcome) else {
            return Self { partial: columns.iter().map(|_| None).collect(), r_squared: None };
        };
        let columns: Vec<Option<Vec<f64>>> = columns.iter().map(|column| standardised(column)).collect();
        let partial = (0..columns.len()).map(|k| {
            let mine = columns[k].as_ref()?;
            let others =
                basis(columns.iter().enumerate().filter(|&(j, _)| j != k).filter_map(|(_, c)| c.as_ref()));
            let predictor = residual(mine, &others);
            let rest = residual(&outcome, &others);
            let (own, left) = (dot(&predictor, &predictor), dot(&rest, &rest));
            if own.sqrt() <= NOTHING || left.sqrt() <= NOTHING {
                return None;
            }
            let shared = dot(&predictor, &rest);
            Some(Partial {
                beta: shared / own,
                r: shared / (own * left).sqrt(),
                others,
                predictor,
                outcome: rest,
            })
        });
        let partial = partial.collect();
        let left = residual(&outcome, &basis(columns.iter().flatten()));
        Self { partial, r_squared: Some(1.0 - dot(&left, &left)) }
    }
}

/// Share of relabellings that reach each predictor's partial correlation; 1 where it has none.
fn exact(fit: &Fit, observations: Observations<'_>) -> Result<Vec<f64>, MetricError> {
    let mut reached = vec![0_u64; fit.partial.len()];
    let mut all = 0_u64;
    each_permutation(observations.n_classes, |order| {
        all += 1;
        let moved = (observations.moved)(order);
        for (reached, partial) in reached.iter_mut().zip(&fit.partial) {
            let Some(partial) = partial else { continue };
            let shuffled: Vec<f64> = moved.iter().map(|&at| partial.predictor[at]).collect();
            let shuffled = residual(&shuffled, &partial.others);
            let length = (dot(&shuffled, &shuffled) * dot(&partial.outcome, &partial.outcome)).sqrt();
            let r = if length > NOTHING { dot(&shuffled, &partial.outcome) / length } else { 0.0 };
            *reached += u64::from(r.abs() >= partial.r.abs() - 1e-12);
        }
    })?;
    let share =
        |(n, partial): (u64, &Option<Partial>)| if partial.is_some() { n as f64 / all as f64 } else { 1.0 };
    Ok(reached.into_iter().zip(&fit.partial).map(share).collect())
}

fn left_out(
    outcome: &[f64],
    columns: &[&[f64]],
    k: usize,
    observations: Observations<'_>,
) -> Option<[f64; 2]> {
    let betas: Option<Vec<f64>> = (0..observations.n_classes)
        .map(|class| {
            let rows = (observations.without)(class);
            let of = |values: &[f64]| -> Vec<f64> { rows.iter().map(|&row| values[row]).collect() };
            let columns: Vec<Vec<f64>> = columns.iter().map(|column| of(column)).collect();
            let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
            let fit = Fit::new(&of(outcome), &columns);
            fit.partial[k].as_ref().map(|partial| partial.beta)
        })
        .collect();
    let betas = betas?;
    let low = betas.iter().copied().min_by(f64::total_cmp)?;
    Some([low, betas.iter().copied().max_by(f64::total_cmp)?])
}

/// Orthonormal vectors that span the columns, by Gram and Schmidt, twice for accuracy.
fn basis<'a>(columns: impl Iterator<Item = &'a Vec<f64>>) -> Vec<Vec<f64>> {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    for column in columns {
        let rest = residual(&residual(column, &basis), &basis);
        let length = dot(&rest, &rest).sqrt();
        if length > NOTHING {
            basis.push(rest.iter().map(|x| x / length).collect());
        }
    }
    basis
}

fn residual(values: &[f64], basis: &[Vec<f64>]) -> Vec<f64> {
    let mut rest = values.to_vec();
    for direction in basis {
        let along = dot(&rest, direction);
        for (x, d) in rest.iter_mut().zip(direction) {
            *x -= along * d;
        }
    }
    rest
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
