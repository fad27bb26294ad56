//! The folder of shards: what dies half-way goes on where it stopped and ends with the same bytes.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use affekt_artifact::Digest;
use affekt_face::{
    CacheError, CacheSummary, CachedFace, Channels, FaceCache, RowOutcome, ShardDone, ShardedCacheWriter,
};

const SIZE: u32 = 8;
const LEN: usize = 8 * 8 * 3;
/// Two full shards and a short one.
const ROWS: usize = 2 * 4096 + 100;
const FOLDER: &str = "AFFEKT_FACE_TEST_FOLDER";

fn image(row: usize) -> Vec<u8> {
    (0..LEN).map(|i| u8::try_from((i * 7 + row * 31 + row / 9) % 256).unwrap()).collect()
}

/// Every 97th row and the last one have no face.
fn is_good(row: usize) -> bool {
    !row.is_multiple_of(97) && row != ROWS - 1
}

#[derive(Debug)]
enum Stop {
    Cache(#[expect(dead_code, reason = "shown when a test fails")] CacheError),
    AtRow,
}

impl From<CacheError> for Stop {
    fn from(error: CacheError) -> Self {
        Self::Cache(error)
    }
}

struct Job {
    rows: usize,
    preprocess: &'static str,
    /// Part of the keys of the shards that hold these rows.
    edited: Range<usize>,
    stop_at: Option<usize>,
}

const JOB: Job = Job { rows: ROWS, preprocess: "p", edited: 0..0, stop_at: None };

impl Job {
    fn run(&self, folder: &Path, after: impl FnMut(&ShardDone)) -> Result<CacheSummary, Stop> {
        let mut after = after;
        let preprocess = Digest::of_bytes(self.preprocess.as_bytes());
        let key = |rows: Range<usize>| {
            let edited = self.edited.start < rows.end && rows.start < self.edited.end;
            Digest::of_bytes(format!("{rows:?} {edited}").as_bytes())
        };
        let fill = |(): &mut (), row: usize, out: &mut [u8]| {
            if self.stop_at == Some(row) {
                return Err(Stop::AtRow);
            }
            out.copy_from_slice(&image(row));
            Ok(if is_good(row) {
                RowOutcome::Face { channels: Channels::Rgb }
            } else {
                RowOutcome::Failed { reason: "bad".to_owned(), detail: format!("row {row} is bad") }
            })
        };
        let writer = ShardedCacheWriter::new(folder, SIZE, self.rows, &preprocess)?;
        writer.write(
            key,
            || Ok(()),
            fill,
            |done| {
                after(done);
                Ok(())
            },
        )
    }

    /// Runs to the end; also tells which shards were kept.
    fn finish(&self, folder: &Path) -> (CacheSummary, Vec<bool>) {
        let mut kept = Vec::new();
        let summary = self.run(folder, |done| kept.push(done.kept)).unwrap();
        (summary, kept)
    }
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|e| (e.file_name().into_string().unwrap(), fs::read(e.path()).unwrap())).collect()
}

#[test]
fn images_are_the_good_rows_in_order_and_failures_keep_their_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let faces = folder.path().join("deep/faces");
    let (summary, kept) = JOB.finish(&faces);
    assert_eq!(kept, [false; 3]);
    let good: Vec<usize> = (0..ROWS).filter(|&row| is_good(row)).collect();
    let cache = FaceCache::open(&faces).unwrap();
    assert_eq!((cache.len(), cache.size(), cache.image_len()), (good.len(), 8, LEN));
    assert_eq!(summary.images, good.len() as u64);
    assert_eq!(cache.preprocess_digest(), &Digest::of_bytes(b"p"));
    for (k, &row) in good.iter().enumerate() {
        assert_eq!(cache.image(k).unwrap(), CachedFace::Rgb(&image(row)), "image {k}");
    }
    assert!(cache.image(good.len()).is_none() && cache.image(usize::MAX).is_none());
    let bad: Vec<u64> = (0..ROWS).filter(|&row| !is_good(row)).map(|row| row as u64).collect();
    assert_eq!(summary.failures.iter().map(|f| f.row).collect::<Vec<_>>(), bad);
    assert!(
        summary.failures.iter().all(|f| f.reason == "bad" && f.detail == format!("row {} is bad", f.row))
    );
    assert_eq!(
        contents(&faces).into_keys().collect::<Vec<_>>(),
        ["00000.faces", "00001.faces", "00002.faces", "index.json"]
    );
}

#[test]
fn stopped_at_any_shard_it_ends_with_the_same_bytes_and_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (whole, _) = JOB.finish(&at("whole"));
    let expected = contents(&at("whole"));
    for (row, kept) in [(0, 0), (4095, 0), (4096, 1), (8191, 1), (8192, 2), (ROWS - 1, 2)] {
        let faces = at(&row.to_string());
        let stopped = Job { stop_at: Some(row), ..JOB }.run(&faces, |_| ());
        assert!(matches!(stopped, Err(Stop::AtRow)));
        assert!(matches!(FaceCache::open(&faces), Err(CacheError::NoIndex { .. })));
        let (summary, found) = JOB.finish(&faces);
        assert_eq!(found, (0..3).map(|shard| shard < kept).collect::<Vec<_>>(), "stopped at row {row}");
        assert_eq!(summary, whole);
        assert!(contents(&faces) == expected, "stopped at row {row}: other bytes");
    }
    let (_, kept) = JOB.finish(&at("whole"));
    assert_eq!(kept, [true; 3], "a finished cache was made again");
    assert!(contents(&at("whole")) == expected);
}

#[test]
fn only_what_changed_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    JOB.finish(folder.path());
    let kept = |job: &Job| job.finish(folder.path()).1;
    assert_eq!(kept(&Job { edited: 5000..5001, ..JOB }), [true, false, true]);
    assert_eq!(kept(&Job { rows: 4100, edited: 0..0, ..JOB }), [true, false]);
    assert_eq!(FaceCache::open(folder.path()).unwrap().len(), (0..4100).filter(|&row| is_good(row)).count());
    assert_eq!(contents(folder.path()).len(), 3, "a shard of the longer list was left");
    assert_eq!(kept(&Job { preprocess: "q", ..JOB }), [false; 3]);
}

#[test]
fn damaged_shards_and_strays_are_mended() {
    let folder = tempfile::tempdir().unwrap();
    JOB.finish(folder.path());
    let expected = contents(folder.path());
    let shard = folder.path().join("00001.faces");
    let whole = &expected["00001.faces"];
    for at in [0, 9, 30, 60, 150, 200, 255, 256, whole.len() / 2, whole.len() - 2] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&shard, bytes).unwrap();
        fs::write(folder.path().join(".00001.faces.77-0.tmp"), b"half").unwrap();
        fs::write(folder.path().join("00009.faces"), b"old").unwrap();
        let (_, kept) = JOB.finish(folder.path());
        assert_eq!(kept, [true, false, true], "byte {at}");
        assert!(contents(folder.path()) == expected, "byte {at}");
    }
    for n in [0, 1, 255, 256, whole.len() - 1] {
        fs::write(&shard, &whole[..n]).unwrap();
        let error = FaceCache::open(folder.path());
        assert!(error.is_err(), "{n} bytes were opened");
        assert_eq!(JOB.finish(folder.path()).1, [true, false, true], "{n} bytes");
    }
}

#[test]
fn a_shard_of_another_cache_is_refused_on_opening() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    JOB.finish(&at("a"));
    Job { edited: 0..1, ..JOB }.finish(&at("b"));
    fs::copy(at("b/00000.faces"), at("a/00000.faces")).unwrap();
    let error = FaceCache::open(&at("a")).unwrap_err();
    assert!(matches!(error, CacheError::Header { what: "content digest", .. }), "{error}");
    Job { preprocess: "q", ..JOB }.finish(&at("b"));
    fs::copy(at("b/00000.faces"), at("a/00000.faces")).unwrap();
    let error = FaceCache::open(&at("a")).unwrap_err();
    assert!(matches!(error, CacheError::Header { what: "preprocess digest", .. }), "{error}");
    fs::remove_file(at("a/00000.faces")).unwrap();
    assert!(matches!(FaceCache::open(&at("a")), Err(CacheError::Io { .. })));
    fs::write(at("a/index.json"), b"{}").unwrap();
    assert!(matches!(FaceCache::open(&at("a")), Err(CacheError::Artifact(_))));
}

#[test]
fn no_rows_and_impossible_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, kept) = Job { rows: 0, ..JOB }.finish(folder.path());
    assert!(kept.is_empty() && summary.images == 0);
    let cache = FaceCache::open(folder.path()).unwrap();
    assert!(cache.is_empty() && cache.size() == 8 && cache.image(0).is_none());
    assert_eq!(cache.mean_colour([0, 1]), [0; 3]);
    for (size, rows) in [(0, 1), (1 << 20, usize::MAX), (u32::MAX, 1 << 40)] {
        let error = ShardedCacheWriter::new(folder.path(), size, rows, &Digest::of_bytes(b"")).unwrap_err();
        assert!(matches!(error, CacheError::TooLarge { .. }), "{error}");
    }
}

#[test]
fn states_are_reused() {
    let folder = tempfile::tempdir().unwrap();
    let made = AtomicUsize::new(0);
    let writer = ShardedCacheWriter::new(folder.path(), SIZE, ROWS, &Digest::of_bytes(b"p")).unwrap();
    let init = || {
        made.fetch_add(1, Ordering::Relaxed);
        Ok::<_, CacheError>(())
    };
    let key = |rows: Range<usize>| Digest::of_bytes(format!("{rows:?}").as_bytes());
    writer.write(key, init, |(), _, _| Ok(RowOutcome::Face { channels: Channels::Rgb }), |_| Ok(())).unwrap();
    assert!(made.into_inner() <= rayon::current_num_threads(), "more states than threads");
}

/// What [`a_killed_process_leaves_whole_shards`] starts and kills.
#[test]
fn child_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let report = |done: &ShardDone| {
        // Once the parent is told, it kills; this goes on meanwhile.
        writeln!(std::io::stderr(), "shard {:?}", done.rows).unwrap();
    };
    JOB.run(Path::new(&folder), report).unwrap();
}

#[test]
fn a_killed_process_leaves_whole_shards() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let (whole, _) = JOB.finish(&at("whole"));
    for lines in 0..3 {
        let faces = at(&format!("killed-{lines}"));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_is_killed", "--nocapture"])
            .env(FOLDER, &faces)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let told = BufReader::new(child.stderr.take().unwrap());
        assert_eq!(
            told.lines().map(Result::unwrap).filter(|l| l.starts_with("shard")).take(lines).count(),
            lines
        );
        child.kill().unwrap();
        child.wait().unwrap();
        let (summary, kept) = JOB.finish(&faces);
        assert!(kept.iter().filter(|&&kept| kept).count() >= lines, "finished shards were lost: {kept:?}");
        assert_eq!(summary, whole);
        assert!(contents(&faces) == contents(&at("whole")), "killed after {lines} shards: other bytes");
    }
}

#[test]
fn the_mean_colour_is_rounded() {
    let folder = tempfile::tempdir().unwrap();
    let colours = [[10, 20, 30], [11, 40, 30]];
    let writer = ShardedCacheWriter::new(folder.path(), SIZE, 2, &Digest::of_bytes(b"p")).unwrap();
    let paint = |(): &mut (), row: usize, out: &mut [u8]| {
        out.copy_from_slice(&colours[row].repeat(64));
        Ok::<_, CacheError>(RowOutcome::Face { channels: Channels::Rgb })
    };
    writer.write(|_| Digest::of_bytes(b"colours"), || Ok(()), paint, |_| Ok(())).unwrap();
    let cache = FaceCache::open(folder.path()).unwrap();
    assert_eq!(cache.mean_colour([0, 1]), [11, 30, 30]);
    assert_eq!(cache.mean_colour([0, 7]), [10, 20, 30]);
    assert_eq!(cache.mean_colour([]), [0; 3]);
}

#[test]
fn grey_faces_take_a_third_of_the_room_and_read_back_in_colour() {
    let folder = tempfile::tempdir().unwrap();
    let level = |row: usize, k: usize| u8::try_from((row * 31 + k * 7) % 256).unwrap();
    let is_grey = |row: usize| !row.is_multiple_of(3);
    let writer = ShardedCacheWriter::new(folder.path(), SIZE, 9, &Digest::of_bytes(b"p")).unwrap();
    let summary = writer
        .write(
            |_| Digest::of_bytes(b"k"),
            || Ok::<_, CacheError>(()),
            |(), row, face| {
                if row == 4 {
                    return Ok(RowOutcome::Failed { reason: "r".to_owned(), detail: String::new() });
                }
                face.iter_mut().enumerate().for_each(|(k, value)| *value = level(row, k));
                Ok(RowOutcome::Face { channels: if is_grey(row) { Channels::Grey } else { Channels::Rgb } })
            },
            |_| Ok(()),
        )
        .unwrap();
    assert_eq!(summary.images, 8);
    let cache = FaceCache::open(folder.path()).unwrap();
    let (mut face, mut sum) = (Vec::new(), [0_u64; 3]);
    for (at, row) in (0..9).filter(|&row| row != 4).enumerate() {
        let held = cache.image(at).unwrap();
        assert_eq!(matches!(held, CachedFace::Grey(_)), is_grey(row), "row {row}");
        held.copy_rgb(&mut face);
        let expected: Vec<u8> = (0..LEN).map(|k| level(row, if is_grey(row) { k / 3 } else { k })).collect();
        assert_eq!(face, expected, "row {row}");
        face.chunks(3).for_each(|pixel| (0..3).for_each(|c| sum[c] += u64::from(pixel[c])));
    }
    let mean = sum.map(|sum| u8::try_from((sum + 256) / 512).unwrap());
    assert_eq!(cache.mean_colour(0..8), mean);
    let shard = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
    let shard =
        shard.into_iter().find(|entry| entry.path().extension().is_some_and(|e| e == "faces")).unwrap();
    let plane = u64::from(SIZE * SIZE);
    let fixed = 256 + 8 + br#"[{"row":4,"reason":"r","detail":""}]"#.len() as u64;
    assert_eq!(shard.metadata().unwrap().len(), fixed + plane * (5 + 3 * 3));
}
