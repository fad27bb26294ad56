//! What an Ada-DF model says of single training faces: `distributions.csv`.

use std::path::Path;

use affekt_artifact::{ManifestRow, write_atomic};
use affekt_core::LabelSet;
use affekt_learn::{AffectModel, ModelOutput};
use affekt_tensor::{Device, Kind, Tensor, no_grad, to_f64};
use affekt_train::{Evaluator, FaceSet};

/// Most faces shown, spread evenly over the training set.
const FACES: usize = 1000;

/// Writes label distribution, attention and place among the features of up to 1,000 training faces; nothing for a
/// model without an auxiliary branch.
///
/// Columns: `sample,class,clean_class,attention,p:<class>...,eta:<class>...,x,y`. `class` is the label trained on,
/// `clean_class` that before noise was put on it, empty without noise; `p` is the softmax of the auxiliary branch, `eta`
/// the true posterior where it is known; x and y are the first two principal components of the target branch's features.
pub(super) fn write(
    path: &Path,
    evaluator: Evaluator,
    model: &dyn AffectModel,
    train: &FaceSet,
    label_set: &LabelSet,
) -> anyhow::Result<()> {
    let labelled: Vec<usize> = train
        .rows()
        .enumerate()
        .filter(|(_, row)| row.expression.is_some())
        .map(|(position, _)| position)
        .collect();
    let step = labelled.len().div_ceil(FACES).max(1);
    let positions: Vec<usize> = labelled.into_iter().step_by(step).collect();
    let (mut rows, mut features) = (Vec::<Face>::new(), Vec::new());
    evaluator.visit(model, train, &positions, &mut |samples, output| {
        if let Some(faces) = faces(samples, output) {
            rows.extend(faces);
            features.push(output.features.to_kind(Kind::Double).to_device(Device::Cpu));
        }
    })?;
    if rows.is_empty() {
        return Ok(());
    }
    let places = plane(&Tensor::cat(&features, 0));
    let classes = label_set.classes();
    let has_eta = rows.iter().all(|face| !face.eta.is_empty());
    let mut table = csv::Writer::from_writer(Vec::new());
    let named =
        |prefix: &str| classes.iter().map(move |class| format!("{prefix}:{class}")).collect::<Vec<_>>();
    let mut header = ["sample", "class", "clean_class", "attention"].map(String::from).to_vec();
    header.extend(named("p"));
    header.extend(if has_eta { named("eta") } else { Vec::new() });
    header.extend(["x".to_owned(), "y".to_owned()]);
    table.write_record(&header)?;
    for (face, [x, y]) in rows.iter().zip(places) {
        let name = |class: Option<usize>| class.and_then(|k| classes.get(k)).cloned().unwrap_or_default();
        let mut record =
            vec![face.sample.clone(), name(face.class), name(face.clean), face.attention.to_string()];
        record.extend(face.p.iter().map(f64::to_string));
        record.extend(face.eta.iter().filter(|_| has_eta).map(f64::to_string));
        record.extend([x.to_string(), y.to_string()]);
        table.write_record(&record)?;
    }
    write_atomic(path, &table.into_inner()?)?;
    Ok(())
}

struct Face {
    sample: String,
    class: Option<usize>,
    clean: Option<usize>,
    attention: f64,
    p: Vec<f64>,
    eta: Vec<f64>,
}

fn faces(samples: &[&ManifestRow], output: &ModelOutput) -> Option<Vec<Face>> {
    let auxiliary = output.auxiliary.as_ref()?;
    let attention = to_f64(&auxiliary.attention);
    let p = to_f64(&auxiliary.logits.softmax(-1, Kind::Float));
    let n_classes = p.len() / samples.len().max(1);
    let rows = samples.iter().zip(attention).zip(p.chunks(n_classes.max(1)));
    Some(
        rows.map(|((row, attention), p)| Face {
            sample: row.sample.to_string(),
            class: row.expression.map(affekt_core::ClassIndex::get),
            clean: row.clean_expression.map(affekt_core::ClassIndex::get),
            attention,
            p: p.to_vec(),
            eta: row.posterior.as_ref().map_or_else(Vec::new, |eta| eta.as_slice().to_vec()),
        })
        .collect(),
    )
}

/// The first two principal components of the rows of x, [n, f] -> n points; the largest weight of each is positive.
fn plane(x: &Tensor) -> Vec<[f64; 2]> {
    no_grad(|| {
        let centred = x - x.mean_dim([0_i64].as_slice(), true, Kind::Double);
        // Ascending: the last two columns have the largest variance.
        let (_, vectors) = centred.tr().matmul(&centred).linalg_eigh("L");
        let last = vectors.size()[1] - 1;
        let coordinates = |column: i64| {
            let direction = vectors.select(1, column.max(0));
            let largest = direction.abs().argmax(0, false).int64_value(&[]);
            let sign = if direction.double_value(&[largest]) < 0.0 { -1.0 } else { 1.0 };
            to_f64(&(centred.mv(&direction) * sign))
        };
        coordinates(last).into_iter().zip(coordinates(last - 1)).map(|(x, y)| [x, y]).collect()
    })
}
