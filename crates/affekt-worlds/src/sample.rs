//! One drawn face and everything that is true of it.

use affekt_core::{ClassIndex, SampleId, Seed, Split, SubjectId, VaPoint};

use crate::identity::Identity;
use crate::nuisance::Nuisance;
use crate::world::World;

/// A face before it is painted: labels, true posterior, and what the renderer needs.
#[derive(Clone, Debug)]
pub struct WorldSample {
    /// `<world>-<split>-<index>`.
    pub id: SampleId,
    /// `<world>-<split>-s<number>`; no subject occurs in two splits.
    pub subject: SubjectId,
    /// The part of the data it belongs to.
    pub split: Split,
    /// Expression class.
    pub class: ClassIndex,
    /// Presence of each AU, in the order of [`World::aus`].
    pub aus: Vec<bool>,
    /// Overall intensity of the expression; independent of the class.
    pub intensity: f64,
    /// Valence and arousal.
    pub va: VaPoint,
    /// P(class | AUs), exact.
    pub eta: Vec<f64>,
    pub(crate) portrait: Portrait,
}

/// All the renderer sees. It has no class: the pixels can depend on the class through `levels` only.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Portrait {
    pub(crate) identity: Identity,
    pub(crate) nuisance: Nuisance,
    /// Action unit and strength in 0..=1 of those that are present.
    pub(crate) levels: Vec<(u8, f64)>,
}

impl World {
    /// The sample at a position of a split: a pure function of (world, seed, split, index).
    ///
    /// The streams do not depend on the world's name or rho, and the face is drawn before the pair's labels
    /// are exchanged: worlds that differ in rho only show the same faces and differ in labels only.
    #[expect(clippy::missing_panics_doc, reason = "ids and class are checked with the world")]
    pub fn draw(&self, seed: Seed, split: Split, index: u64) -> WorldSample {
        let split_key = match split {
            Split::Train => 0,
            Split::Valid => 1,
            Split::Test => 2,
        };
        let subject = index / self.samples_per_subject();
        let key = [split_key, index];

        let (shown, class) = self.draw_class(seed, key);
        let mut units = seed.stream("world-aus", &key);
        let aus: Vec<bool> = self.class_tables()[shown].au.iter().map(|&p| units.bernoulli(p)).collect();

        let mut strength = seed.stream("world-intensity", &key);
        let [low, high] = self.intensity_range();
        let intensity = strength.range(low, high);
        let levels = self
            .aus()
            .iter()
            .zip(&aus)
            .map(|(&au, &present)| (au, present, (intensity * strength.range(0.85, 1.15)).clamp(0.0, 1.0)))
            .filter(|&(_, present, _)| present)
            .map(|(au, _, level)| (au, level))
            .collect();

        let portrait = Portrait {
            identity: Identity::draw(&mut seed.stream("world-identity", &[split_key, subject])),
            nuisance: Nuisance::draw(&mut seed.stream("world-nuisance", &key), self.nuisance_strength()),
            levels,
        };
        WorldSample {
            id: SampleId::new(format!("{}-{split}-{index:06}", self.name())).expect("a checked name"),
            subject: SubjectId::new(format!("{}-{split}-s{subject:06}", self.name()))
                .expect("a checked name"),
            split,
            class: self.label_set().class_at(class).expect("one table for each class"),
            eta: self.posterior(&aus),
            aus,
            intensity,
            va: self.draw_va(seed, key, class, intensity),
            portrait,
        }
    }

    /// The class whose table the AUs follow, and the class of the label.
    ///
    /// Exchanging labels after the face is drawn gives `P(AUs | c) = rho P_common + (1 - rho) P_c`, because the law
    /// of (shown, label) is symmetric when both exchange by the pair's priors.
    fn draw_class(&self, seed: Seed, key: [u64; 2]) -> (usize, usize) {
        let mut labels = seed.stream("world-class", &key);
        let shown = labels.categorical(&self.prior());
        let (exchange, pick) = (labels.uniform(), labels.uniform());
        let Some(pair) = self.pair_rule() else { return (shown, shown) };
        if !pair.members.contains(&shown) || exchange >= pair.rho {
            return (shown, shown);
        }
        let [first, second] = pair.members.map(|c| self.class_tables()[c].prior);
        (shown, pair.members[usize::from(pick * (first + second) >= first)])
    }

    /// Class mean scaled by relative intensity, plus class noise, on the square.
    fn draw_va(&self, seed: Seed, key: [u64; 2], class: usize, intensity: f64) -> VaPoint {
        let mut noise = seed.stream("world-va", &key);
        let table = &self.class_tables()[class];
        let [low, high] = self.intensity_range();
        let scale = intensity / f64::midpoint(low, high);
        let [valence, arousal] =
            [0, 1].map(|axis| table.va_mean[axis] * scale + table.va_sd[axis] * noise.normal());
        VaPoint::clamped(valence, arousal)
    }
}
