//! Ten crops of a face: which pixels the network sees, and how their logits become one prediction.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a panic is the report")]

mod miniature;

use std::sync::Mutex;

use affekt_artifact::Selection;
use affekt_learn::{AffectModel, ModelOutput};
use affekt_tensor::{Device, Kind, Mode, Precision, Tensor};
use affekt_train::{Crop, Evaluator, NetworkInput, TrainError, Views};
use miniature::{Labels, miniature};

/// Says the mean of each channel and remembers what it saw.
struct Means(Mutex<Vec<Tensor>>);

impl AffectModel for Means {
    fn forward(&self, images: &Tensor, _mode: Mode) -> ModelOutput {
        self.0.lock().unwrap().push(images.copy());
        let means = images.mean_dim([2_i64, 3].as_slice(), false, Kind::Float);
        let expression = Tensor::cat(&[&means, &means.narrow(1, 0, 1)], 1) * 3.0;
        ModelOutput {
            expression,
            va: Some(means.narrow(1, 0, 2)),
            aus: None,
            features: means,
            auxiliary: None,
        }
    }
}

/// Images the model was shown, and probabilities and valence-arousal of each face.
type Seen = (Tensor, Vec<Vec<f32>>, Vec<[f32; 2]>);

fn seen(crop: Crop) -> Result<Seen, TrainError> {
    seen_in(Views::default(), crop)
}

fn seen_in(views: Views, crop: Crop) -> Result<Seen, TrainError> {
    let splits = miniature(Labels::True);
    let model = Means(Mutex::new(Vec::new()));
    let input = NetworkInput { mean: [0.5; 3], std: [0.25; 3], crop };
    let evaluator = Evaluator { input, precision: Precision::Fp32, views, device: Device::Cpu };
    let rows = evaluator.predict(&model, splits.valid.faces(), Selection::Last)?;
    let va = rows.iter().map(|row| row.predicted_va.unwrap()).collect();
    let probabilities = rows.into_iter().map(|row| row.probabilities).collect();
    Ok((Tensor::cat(&model.0.into_inner().unwrap(), 0), probabilities, va))
}

/// Corners and centre, then the same of the mirrored face.
fn crops_of(face: &Tensor, edge: i64) -> Vec<Tensor> {
    let room = face.size()[1] - edge;
    let places = [(0, 0), (0, room), (room, 0), (room, room), (room / 2, room / 2)];
    let five = |face: Tensor| places.map(|(top, left)| face.narrow(1, top, edge).narrow(2, left, edge));
    five(face.shallow_clone()).into_iter().chain(five(face.flip([2]))).collect()
}

#[test]
fn ten_crops_are_shown_in_a_row_and_their_logits_averaged() {
    let (whole, ..) = seen(Crop::Whole).unwrap();
    let (images, probabilities, va) = seen(Crop::Ten(12)).unwrap();
    let n = whole.size()[0];
    assert_eq!(images.size(), [10 * n, 3, 12, 12]);
    for k in 0..n {
        let crops = crops_of(&whole.get(k), 12);
        let mut logits = vec![0.0; 4];
        for (view, crop) in crops.iter().enumerate() {
            let shown = images.get(10 * k + i64::try_from(view).unwrap());
            assert!(shown == *crop, "face {k}, view {view}");
            for (c, logit) in logits.iter_mut().enumerate() {
                let channel = i64::try_from(c % 3).unwrap();
                *logit += 3.0 * crop.get(channel).mean(Kind::Double).double_value(&[]) / 10.0;
            }
        }
        let sum: f64 = logits.iter().map(|z: &f64| z.exp()).sum();
        let place = usize::try_from(k).unwrap();
        for (p, z) in probabilities[place].iter().zip(&logits) {
            assert!((f64::from(*p) - z.exp() / sum).abs() < 1e-5);
        }
        for (value, z) in va[place].iter().zip(&logits) {
            assert!((f64::from(*value) - z / 3.0).abs() < 1e-5);
        }
    }
}

#[test]
fn one_view_of_ten_is_the_centre() {
    let (whole, ..) = seen(Crop::Whole).unwrap();
    let (images, ..) = seen(Crop::Ten(10).one_view()).unwrap();
    assert_eq!(images.size(), [whole.size()[0], 3, 10, 10]);
    for k in 0..whole.size()[0] {
        assert!(images.get(k) == crops_of(&whole.get(k), 10)[4], "face {k}");
    }
}

#[test]
fn crops_larger_than_the_face_are_refused() {
    let error = seen(Crop::Ten(17)).unwrap_err();
    assert!(matches!(error, TrainError::Crop { crop: 17, size: 16 }), "{error}");
}

#[test]
fn moved_views_repeat_the_border_and_are_averaged_with_their_mirror_images() {
    let (whole, ..) = seen(Crop::Whole).unwrap();
    let (images, probabilities, va) = seen_in(Views { mirror: true, shift: 3 }, Crop::Whole).unwrap();
    let (n, size) = (whole.size()[0], whole.size()[2]);
    assert_eq!(images.size()[0], 18 * n);
    let padded = whole.replication_pad2d([3, 3, 3, 3]);
    let mut expected = Vec::new();
    for down in [0, -3, 3] {
        for right in [0, -3, 3] {
            let moved = padded.narrow(2, 3 - down, size).narrow(3, 3 - right, size);
            expected.push(moved.copy());
            expected.push(moved.flip([3]));
        }
    }
    assert!(images.equal(&Tensor::cat(&expected, 0)));
    let model = Means(Mutex::new(Vec::new()));
    let mode = Mode { train: false, precision: Precision::Fp32, noise: affekt_core::Seed(0) };
    let outputs: Vec<ModelOutput> = expected.iter().map(|view| model.forward(view, mode)).collect();
    for k in 0..n {
        let mean = |of: &dyn Fn(&ModelOutput) -> Tensor, class: i64| {
            outputs.iter().map(|output| of(output).double_value(&[k, class])).sum::<f64>() / 18.0
        };
        let row = usize::try_from(k).unwrap();
        for class in 0..4 {
            let want = mean(&|output| output.expression.softmax(-1, Kind::Float), class);
            let got = f64::from(probabilities[row][usize::try_from(class).unwrap()]);
            assert!((got - want).abs() < 1e-6, "{got} {want}");
        }
        let want = mean(&|output| output.va.as_ref().unwrap().shallow_clone(), 0);
        assert!((f64::from(va[row][0]) - want).abs() < 1e-6);
    }
    let evaluator = Evaluator {
        input: NetworkInput { mean: [0.5; 3], std: [0.25; 3], crop: Crop::Whole },
        precision: Precision::Fp32,
        views: Views { mirror: true, shift: 3 },
        device: Device::Cpu,
    };
    assert_eq!(evaluator.in_place().views, Views { mirror: true, shift: 0 });
}
