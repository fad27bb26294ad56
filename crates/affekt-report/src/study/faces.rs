//! What Ada-DF learnt of single training faces, `distributions.csv` of a run.

use std::path::{Path, PathBuf};

use crate::ReportError;

/// Faces shown at most: more would make the page heavy and say no more.
const MOST: usize = 1000;
/// Largest distance of a distribution's sum from 1; the file holds single precision.
const SIMPLEX: f64 = 1e-3;
/// Largest coordinate that can be drawn; features are far smaller.
const FARTHEST: f64 = 1e12;

/// One training face.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Face {
    pub(crate) sample: String,
    /// Class it was trained as.
    pub(crate) class: usize,
    /// Class before label noise; none where no noise was put on the data.
    pub(crate) clean: Option<usize>,
    pub(crate) attention: f64,
    /// Label distribution: what the auxiliary branch says of the face.
    pub(crate) label: Vec<f64>,
    /// True posterior, where it is known.
    pub(crate) truth: Option<Vec<f64>>,
    /// Features in two dimensions.
    pub(crate) place: [f64; 2],
}

impl Face {
    /// Whether noise made its label wrong.
    pub(crate) fn is_mislabelled(&self) -> bool {
        self.clean.is_some_and(|clean| clean != self.class)
    }
}

/// The faces of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Faces {
    pub(crate) list: Vec<Face>,
    /// Rows beyond those shown.
    pub(crate) left_out: usize,
}

/// Reads the table; none when the run left none. `name` is the path that errors tell.
pub(crate) fn load_faces(path: &Path, name: &Path, classes: &[String]) -> Result<Option<Faces>, ReportError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ReportError::Read { path: name.to_owned(), source }),
    };
    let unreadable = |source| ReportError::Faces { path: name.to_owned(), source };
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let header = reader.headers().map_err(unreadable)?.clone();
    let columns = Columns::of(&header, classes, name)?;
    let mut faces = Faces::default();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, csv::Position::line);
        let face = Row { record: &record, header: &header, name, line }.face(&columns, classes)?;
        if faces.list.len() < MOST {
            faces.list.push(face);
        } else {
            faces.left_out += 1;
        }
    }
    Ok(Some(faces))
}

/// Where each quantity stands.
struct Columns {
    sample: usize,
    class: usize,
    clean: usize,
    attention: usize,
    label: Vec<usize>,
    truth: Option<Vec<usize>>,
    place: [usize; 2],
}

impl Columns {
    fn of(header: &csv::StringRecord, classes: &[String], name: &Path) -> Result<Self, ReportError> {
        let find = |column: &str| {
            header.iter().position(|got| got == column).ok_or_else(|| ReportError::Field {
                path: name.to_owned(),
                field: "header".to_owned(),
                expected: format!("a column `{column}`"),
                got: format!("{:?}", header.iter().collect::<Vec<_>>().join(",")),
            })
        };
        let of_classes = |kind: &str| -> Result<Vec<usize>, ReportError> {
            classes.iter().map(|class| find(&format!("{kind}:{class}"))).collect()
        };
        let knows_truth = header.iter().any(|column| column.starts_with("eta:"));
        Ok(Self {
            sample: find("sample")?,
            class: find("class")?,
            clean: find("clean_class")?,
            attention: find("attention")?,
            label: of_classes("p")?,
            truth: knows_truth.then(|| of_classes("eta")).transpose()?,
            place: [find("x")?, find("y")?],
        })
    }
}

/// One line on its way in.
struct Row<'a> {
    record: &'a csv::StringRecord,
    header: &'a csv::StringRecord,
    name: &'a Path,
    line: u64,
}

impl Row<'_> {
    fn face(&self, columns: &Columns, classes: &[String]) -> Result<Face, ReportError> {
        let class = |at: usize| {
            let position = classes.iter().position(|class| class == self.cell(at));
            position.ok_or_else(|| self.refuse(at, "a class of the dataset"))
        };
        let clean = columns.clean;
        Ok(Face {
            sample: self.cell(columns.sample).to_owned(),
            class: class(columns.class)?,
            clean: if self.cell(clean).is_empty() { None } else { Some(class(clean)?) },
            attention: self.share(columns.attention)?,
            label: self.distribution(&columns.label)?,
            truth: columns.truth.as_ref().map(|at| self.distribution(at)).transpose()?,
            place: [self.number(columns.place[0])?, self.number(columns.place[1])?],
        })
    }

    fn cell(&self, at: usize) -> &str {
        self.record.get(at).unwrap_or_default()
    }

    fn number(&self, at: usize) -> Result<f64, ReportError> {
        let value = self.cell(at).parse().ok().filter(|v: &f64| v.abs() <= FARTHEST);
        value.ok_or_else(|| self.refuse(at, "a finite number of ordinary size"))
    }

    fn share(&self, at: usize) -> Result<f64, ReportError> {
        let value = self.number(at)?;
        if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(self.refuse(at, "a number from 0 to 1")) }
    }

    fn distribution(&self, columns: &[usize]) -> Result<Vec<f64>, ReportError> {
        let list: Vec<f64> = columns.iter().map(|&at| self.share(at)).collect::<Result<_, _>>()?;
        let sum: f64 = list.iter().sum();
        match columns.first() {
            Some(&at) if (sum - 1.0).abs() > SIMPLEX => {
                Err(self.refuse(at, &format!("a distribution over the classes; its sum is {sum:.4}")))
            }
            _ => Ok(list),
        }
    }

    fn refuse(&self, at: usize, expected: &str) -> ReportError {
        ReportError::Field {
            path: PathBuf::from(self.name),
            field: format!("line {}, column {:?}", self.line, self.header.get(at).unwrap_or_default()),
            expected: expected.to_owned(),
            got: format!("{:?}", self.cell(at)),
        }
    }
}
