//! A checked world.

use std::path::Path;

use affekt_core::{ABAW_AUS, LabelSet};

use crate::WorldError;
use crate::render::RENDERER;
use crate::spec::{ClassSpec, WorldSpec};

/// A world of faces with known truth: checked parameters, ready to draw from.
///
/// # Example
/// ```
/// use affekt_core::{Seed, Split};
/// let world = affekt_worlds::World::from_toml(include_str!("../../../configs/worlds/separable.toml"))?;
/// let sample = world.draw(Seed(0), Split::Train, 5);
/// assert_eq!(sample.id.as_str(), "separable-train-000005");
/// assert_eq!(world.render(&sample, 64)?.len(), 64 * 64 * 3);
/// # Ok::<(), affekt_worlds::WorldError>(())
/// ```
#[derive(Clone, Debug)]
pub struct World {
    spec: WorldSpec,
    label_set: LabelSet,
    /// In the order of the label set.
    classes: Vec<ClassSpec>,
    pair: Option<Pair>,
}

/// The checked form of two classes that exchange faces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pair {
    pub(crate) members: [usize; 2],
    pub(crate) rho: f64,
}

impl World {
    /// Reads and checks a world file.
    ///
    /// # Errors
    /// [`WorldError::Read`], or [`WorldError::File`] around what [`World::from_toml`] found.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, WorldError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| WorldError::Read { path: path.to_owned(), source })?;
        Self::from_toml(&text)
            .map_err(|source| WorldError::File { path: path.to_owned(), source: Box::new(source) })
    }

    /// Checks a world given as TOML text.
    ///
    /// # Errors
    /// [`WorldError`]: an unknown or missing key, a class or AU that does not fit, a number out of range.
    pub fn from_toml(text: &str) -> Result<Self, WorldError> {
        Self::check(toml::from_str(text)?)
    }

    pub(crate) fn check(spec: WorldSpec) -> Result<Self, WorldError> {
        check_name(&spec.name)?;
        if spec.renderer != RENDERER {
            return Err(WorldError::Renderer { world: spec.name, got: spec.renderer, expected: RENDERER });
        }
        let label_set = LabelSet::by_name(&spec.label_set)
            .ok_or_else(|| WorldError::LabelSet { got: spec.label_set.clone() })?;
        let distinct = spec.aus.iter().enumerate().all(|(i, au)| !spec.aus[..i].contains(au));
        if spec.aus.is_empty() || !distinct || !spec.aus.iter().all(|au| ABAW_AUS.contains(au)) {
            return Err(WorldError::Aus { got: spec.aus, expected: &ABAW_AUS });
        }
        within("nuisance", spec.nuisance, 0.0, 2.0, "0 to 2")?;
        let [low, high] = spec.intensity;
        within("intensity[0]", low, 0.0, 1.0, "0 to 1")?;
        within("intensity[1]", high, low, 1.0, "intensity[0] to 1")?;
        if high <= 0.0 {
            return Err(number("intensity[1]", high, "above 0"));
        }
        if spec.samples_per_subject == 0 {
            return Err(number("samples_per_subject", 0.0, "at least 1"));
        }
        let classes = check_classes(&spec, &label_set)?;
        let pair = check_pair(&spec, &label_set)?;
        Ok(Self { spec, label_set, classes, pair })
    }

    /// Name of the world; every sample id starts with it.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// One line for a reader.
    pub fn title(&self) -> &str {
        &self.spec.title
    }

    /// What the world is for.
    pub fn purpose(&self) -> &str {
        &self.spec.purpose
    }

    /// The expression classes.
    pub fn label_set(&self) -> &LabelSet {
        &self.label_set
    }

    /// The action units, in the order of every AU vector of the world.
    pub fn aus(&self) -> &[u8] {
        &self.spec.aus
    }

    /// The class prior, in the order of the label set.
    pub fn prior(&self) -> Vec<f64> {
        self.classes.iter().map(|c| c.prior).collect()
    }

    /// Consecutive indices of a split that show the same person.
    pub fn samples_per_subject(&self) -> u64 {
        self.spec.samples_per_subject
    }

    /// Probability that a member of the pair takes its AUs from the pair's mixture; none without a pair.
    pub fn rho(&self) -> Option<f64> {
        self.pair.map(|pair| pair.rho)
    }

    /// The two classes that exchange faces, as positions in the label set.
    pub fn pair(&self) -> Option<[usize; 2]> {
        self.pair.map(|pair| pair.members)
    }

    /// All that decides labels and pixels, in one fixed spelling: comments and prose are gone, keys are sorted.
    ///
    /// Hash this to identify the world; [`World::from_toml`] reads it back.
    #[expect(
        clippy::missing_panics_doc,
        reason = "the text was read from TOML, so it can be written as TOML"
    )]
    pub fn canonical_toml(&self) -> String {
        toml::to_string(&self.spec).expect("a checked world has only numbers, strings and tables")
    }

    /// [`World::canonical_toml`] without names and with rho 0: worlds alike in this differ by rho alone, and are points of
    /// one sweep over it.
    pub fn sweep_toml(&self) -> String {
        let mut world = self.clone();
        for text in [&mut world.spec.name, &mut world.spec.title, &mut world.spec.purpose] {
            text.clear();
        }
        if let Some(pair) = &mut world.spec.pair {
            pair.rho = 0.0;
        }
        world.canonical_toml()
    }

    pub(crate) fn spec(&self) -> &WorldSpec {
        &self.spec
    }

    pub(crate) fn class_tables(&self) -> &[ClassSpec] {
        &self.classes
    }

    pub(crate) fn pair_rule(&self) -> Option<Pair> {
        self.pair
    }

    pub(crate) fn intensity_range(&self) -> [f64; 2] {
        self.spec.intensity
    }

    pub(crate) fn nuisance_strength(&self) -> f64 {
        self.spec.nuisance
    }
}

fn check_name(name: &str) -> Result<(), WorldError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let starts_well = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if starts_well && name.len() <= 64 && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(WorldError::Name { got: name.to_owned() })
    }
}

fn check_classes(spec: &WorldSpec, set: &LabelSet) -> Result<Vec<ClassSpec>, WorldError> {
    if let Some(name) = spec.classes.keys().find(|name| !set.classes().contains(name)) {
        return Err(wrong_class("unknown class", name, set));
    }
    let mut classes = Vec::with_capacity(set.len());
    for name in set.classes() {
        let class = spec.classes.get(name).ok_or_else(|| wrong_class("missing class", name, set))?;
        if class.au.len() != spec.aus.len() {
            return Err(WorldError::AuCount {
                class: name.clone(),
                got: class.au.len(),
                expected: spec.aus.len(),
            });
        }
        if !(class.prior > 0.0 && class.prior <= 1.0) {
            return Err(number(format!("prior of {name}"), class.prior, "above 0, at most 1"));
        }
        for (au, &p) in spec.aus.iter().zip(&class.au) {
            within(format!("P(AU{au} | {name})"), p, 0.0, 1.0, "0 to 1")?;
        }
        for &mean in &class.va_mean {
            within(format!("va_mean of {name}"), mean, -1.0, 1.0, "-1 to 1")?;
        }
        for &sd in &class.va_sd {
            within(format!("va_sd of {name}"), sd, 0.0, 1.0, "0 to 1")?;
        }
        classes.push(class.clone());
    }
    let total: f64 = classes.iter().map(|c| c.prior).sum();
    within("sum of the priors", total, 1.0 - 1e-9, 1.0 + 1e-9, "1 within 1e-9")?;
    Ok(classes)
}

fn check_pair(spec: &WorldSpec, set: &LabelSet) -> Result<Option<Pair>, WorldError> {
    let Some(pair) = &spec.pair else { return Ok(None) };
    let position = |name: &String| {
        set.classes().iter().position(|c| c == name).ok_or_else(|| wrong_class("pair names", name, set))
    };
    let members = [position(&pair.classes[0])?, position(&pair.classes[1])?];
    if members[0] == members[1] {
        return Err(wrong_class("pair names twice", &pair.classes[0], set));
    }
    within("pair.rho", pair.rho, 0.0, 1.0, "0 to 1")?;
    Ok(Some(Pair { members, rho: pair.rho }))
}

pub(crate) fn wrong_class(what: &'static str, got: &str, set: &LabelSet) -> WorldError {
    WorldError::Class {
        what,
        got: got.to_owned(),
        set: set.name().to_owned(),
        expected: set.classes().to_vec(),
    }
}

pub(crate) fn number(what: impl Into<String>, got: f64, expected: &'static str) -> WorldError {
    WorldError::Number { what: what.into(), got, expected }
}

/// Tested positively, so that NaN fails.
pub(crate) fn within(
    what: impl Into<String>,
    got: f64,
    low: f64,
    high: f64,
    expected: &'static str,
) -> Result<(), WorldError> {
    if (low..=high).contains(&got) { Ok(()) } else { Err(number(what, got, expected)) }
}
