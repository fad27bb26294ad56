//! The order in which an epoch visits the training rows.

mod down_sampled;
mod weighted;

use affekt_core::{ClassIndex, Seed};
use serde::{Deserialize, Serialize};

use weighted::Weighted;

/// How often rows of each class are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sampling {
    /// Every row once an epoch.
    Shuffled,
    /// Drawn with replacement, every class equally often: weight 1/n for a class of n rows.
    Balanced,
    /// Drawn with replacement, classes in proportion to the square root of their rows: weight 1/sqrt(n).
    SquareRoot,
    /// Without replacement, of each class as many rows as the rarest has, others each epoch.
    DownSampled,
}

/// Orders of epochs, each a pure function of seed and epoch number.
///
/// Positions are those of the classes given to [`Sampler::new`]. Rows without a class are not what is balanced: they
/// count as often as if all rows were shuffled (see [`Sampling`] and the methods).
///
/// # Example
/// ```
/// use affekt_core::{LabelSet, Seed};
/// use affekt_data::{Sampler, Sampling};
///
/// let set = LabelSet::raf_db();
/// let rare_and_common: Vec<_> = [0, 1, 1, 1].map(|class| set.class_at(class)).to_vec();
/// let sampler = Sampler::new(Sampling::DownSampled, &rare_and_common, Seed(3));
/// assert_eq!(sampler.len(), 2);
/// assert!(sampler.epoch(1).contains(&0));
/// ```
#[derive(Clone, Debug)]
pub struct Sampler {
    seed: Seed,
    plan: Plan,
}

#[derive(Clone, Debug)]
enum Plan {
    Shuffled { n_rows: usize },
    Weighted(Weighted),
    DownSampled { groups: Vec<Vec<usize>>, per_group: usize, others: Vec<usize> },
}

impl Sampler {
    /// A sampler over rows with these classes; classes that no row has do not count.
    pub fn new(sampling: Sampling, classes: &[Option<ClassIndex>], seed: Seed) -> Self {
        let plan = match sampling {
            Sampling::Shuffled => Plan::Shuffled { n_rows: classes.len() },
            Sampling::Balanced => Plan::Weighted(Weighted::new(classes, |n| 1.0 / n)),
            Sampling::SquareRoot => Plan::Weighted(Weighted::new(classes, |n| 1.0 / n.sqrt())),
            Sampling::DownSampled => {
                let (groups, others) = groups(classes);
                let per_group = groups.iter().map(Vec::len).min().unwrap_or(0);
                Plan::DownSampled { groups, per_group, others }
            }
        };
        Self { seed, plan }
    }

    /// Rows of an epoch, repetitions included; the same for every epoch.
    pub fn len(&self) -> usize {
        match &self.plan {
            Plan::Shuffled { n_rows } => *n_rows,
            Plan::Weighted(weighted) => weighted.len(),
            Plan::DownSampled { groups, per_group, others } => groups.len() * per_group + others.len(),
        }
    }

    /// Whether there is no row to visit.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Positions in the order in which epoch number `epoch` visits them.
    pub fn epoch(&self, epoch: u32) -> Vec<usize> {
        let key = [u64::from(epoch)];
        match &self.plan {
            Plan::Shuffled { n_rows } => {
                let mut order: Vec<usize> = (0..*n_rows).collect();
                self.seed.stream("order", &key).shuffle(&mut order);
                order
            }
            Plan::Weighted(weighted) => weighted.draw(&mut self.seed.stream("weighted-order", &key)),
            Plan::DownSampled { groups, per_group, others } => {
                let mut stream = self.seed.stream("down-sampled-order", &key);
                down_sampled::draw(groups, *per_group, others, &mut stream)
            }
        }
    }
}

/// Positions of the rows of each class that occurs, in class order, and of those without one.
fn groups(classes: &[Option<ClassIndex>]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut others = Vec::new();
    for (position, class) in classes.iter().enumerate() {
        match class {
            None => others.push(position),
            Some(class) => {
                if groups.len() <= class.get() {
                    groups.resize_with(class.get() + 1, Vec::new);
                }
                groups[class.get()].push(position);
            }
        }
    }
    groups.retain(|group| !group.is_empty());
    (groups, others)
}
