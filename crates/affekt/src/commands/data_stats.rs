//! `affekt data stats`

use affekt_artifact::{QuarantineItem, write_atomic};
use affekt_data::{DataStats, Dataset, PartStats, ReadRow, Reading, VaStats, open_pictures, rows_to_show};
use affekt_face::{FaceHint, Fit, Framing, Picture, Preprocess, Preprocessor, ResizeFilter};
use affekt_report::{DataPicture, data_page};
use anyhow::Context;
use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;
use serde::Serialize;

use super::data_view;
use crate::cli::DataStatsArgs;
use crate::output::{self, Outcome, Table};

/// Edge of the pictures in pixels.
const SIZE: u32 = 96;
/// Quality of their JPEG files, of 100.
const QUALITY: u8 = 85;

/// What `--json` prints.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    stats: &'a DataStats,
    page: String,
    pictures_shown: usize,
    pictures_broken: Vec<BrokenPicture<'a>>,
}

#[derive(Serialize)]
struct BrokenPicture<'a> {
    path: &'a str,
    line: Option<u64>,
    reason: &'static str,
    detail: &'a str,
}

pub(super) fn run(args: &DataStatsArgs) -> anyhow::Result<Outcome> {
    let dataset = Dataset::load(&args.manifest)?;
    let reading = dataset.reader().read(&args.root)?;
    let stats = DataStats::of(&dataset, &reading);
    let (shown, broken) = pictures(&dataset, args, &reading)?;
    let n_shown = shown.len();
    let page = data_page(&data_view::view(&dataset, &stats, shown, &broken))?;
    write_atomic(&args.out, page.as_bytes())?;
    let page = args.out.display().to_string();
    if args.json {
        output::json(&Printed {
            stats: &stats,
            page,
            pictures_shown: n_shown,
            pictures_broken: broken.iter().map(broken_picture).collect(),
        })?;
    } else {
        output::print(&table(&stats))?;
        for item in &broken {
            let text = format!("picture not shown: {}: {}: {}", item.path, item.reason, item.detail);
            output::line(&affekt_data::one_line(&text))?;
        }
        output::line(&format!(
            "{n_shown} pictures, {} bytes in {page}",
            std::fs::metadata(&args.out)?.len()
        ))?;
    }
    Ok(Outcome::Done)
}

fn broken_picture(item: &QuarantineItem) -> BrokenPicture<'_> {
    let QuarantineItem { path, line, reason, detail } = item;
    BrokenPicture { path, line: *line, reason: reason.as_str(), detail }
}

/// Pictures of every class as small JPEG files, and those that cannot be opened.
fn pictures(
    dataset: &Dataset,
    args: &DataStatsArgs,
    reading: &Reading,
) -> anyhow::Result<(Vec<DataPicture>, Vec<QuarantineItem>)> {
    let framing = Framing::Picture { fit: Fit::Pad, filter: ResizeFilter::PilBilinear };
    let preprocess = Preprocess::framed(SIZE, framing)?;
    let rows = rows_to_show(dataset, reading, usize::from(args.pictures));
    let opened = open_pictures(dataset, &args.root, &rows, |picture| small_jpeg(preprocess, picture))?;
    let (mut shown, mut broken) = (Vec::new(), Vec::new());
    for (row, picture) in rows.iter().zip(opened) {
        match picture {
            Ok(jpeg) => shown.push(data_picture(row, jpeg?)),
            Err(item) => broken.push(item),
        }
    }
    Ok((shown, broken))
}

fn data_picture(row: &ReadRow, jpeg: Vec<u8>) -> DataPicture {
    DataPicture {
        class: row.expression.map(affekt_core::ClassIndex::get),
        sample: row.sample.to_string(),
        jpeg,
    }
}

fn small_jpeg(preprocess: Preprocess, picture: &Picture) -> anyhow::Result<Vec<u8>> {
    let mut pixels = vec![0; preprocess.image_len()];
    Preprocessor::new(preprocess).apply(picture, &FaceHint::default(), &mut pixels)?;
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, QUALITY)
        .encode(&pixels, SIZE, SIZE, ExtendedColorType::Rgb8)
        .context("cannot write a picture as JPEG")?;
    Ok(jpeg)
}

/// The statistics for people, short.
fn table(stats: &DataStats) -> String {
    let all = &stats.all;
    let videos = if all.videos > 0 { format!(", {} videos", all.videos) } else { String::new() };
    let mut blocks =
        vec![format!("{}: {} usable rows, {} subjects{videos}\n", stats.dataset, all.rows, all.subjects)];
    let tables = [classes(stats), va(all), aus(all)];
    blocks.extend(tables.into_iter().flatten().map(|table| table.render()));
    let ratio = all.imbalance.map(|ratio| format!("largest class to smallest: {ratio:.1} to 1\n"));
    let published = || stats.published.iter().filter(|count| count.published.is_some());
    let (n, differ) = (published().count(), published().filter(|count| count.differs()).count());
    let differing = (n > 0).then(|| format!("published counts that differ: {differ} of {n}\n"));
    blocks.push(ratio.into_iter().chain(differing).collect());
    blocks.join("\n")
}

/// Rows per class and part; none where no row has a class.
fn classes(stats: &DataStats) -> Option<Table> {
    let (all, parts) = (&stats.all, &stats.parts);
    let names: Vec<&str> = parts.iter().map(data_view::part_name).collect();
    let header = [&["class"], &names[..], &["rows", "share", "subjects", "largest subject"]].concat();
    let mut table = Table::new(&header);
    for (k, class) in all.classes.iter().enumerate() {
        let mut row = vec![class.class.clone().unwrap_or_default()];
        row.extend(parts.iter().map(|part| part.classes[k].rows.to_string()));
        row.extend([
            class.rows.to_string(),
            percent(class.rows, all.labelled.expression),
            class.subjects.to_string(),
            percent(class.largest_subject, class.rows),
        ]);
        table.row(row);
    }
    (all.labelled.expression > 0).then_some(table)
}

fn va(all: &PartStats) -> Option<Table> {
    let whole = all.va.as_ref()?;
    let mut table = Table::new(&["rows of", "with VA", "valence", "arousal"]);
    let classes = all.classes.iter().filter_map(|class| Some((class.class.as_deref()?, class.va.as_ref()?)));
    for (name, va) in [("all", whole)].into_iter().chain(classes) {
        table.row([name.to_owned(), va.rows.to_string(), spread(va, 0), spread(va, 1)]);
    }
    Some(table)
}

fn spread(va: &VaStats, axis: usize) -> String {
    let sd = va.sd.map(|sd| format!(" ± {:.2}", sd[axis])).unwrap_or_default();
    // Rounded first, and zero added: a mean of -0.001 is printed without its sign.
    format!("{:+.2}{sd}", (100.0 * va.mean[axis]).round() / 100.0 + 0.0)
}

fn aus(all: &PartStats) -> Option<Table> {
    let mut table = Table::new(&["unit", "coded", "present", "rate"]);
    for au in &all.aus {
        let name = data_view::au_name(au.au);
        table.row([name, au.labelled.to_string(), au.present.to_string(), percent(au.present, au.labelled)]);
    }
    (all.labelled.au > 0).then_some(table)
}

fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "-".to_owned() } else { format!("{:.1}%", 100.0 * part as f64 / whole as f64) }
}
