//! The cache file: whole or absent, believed only when it fits its header.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;

use affekt_artifact::Digest;
use affekt_face::{CacheError, FaceCache, FaceCacheWriter};
use rayon::prelude::*;

const SIZE: usize = 8;
const LEN: usize = SIZE * SIZE * 3;

fn image(k: usize) -> Vec<u8> {
    (0..LEN).map(|i| u8::try_from((i * 7 + k * 31) % 256).unwrap()).collect()
}

fn digest() -> Digest {
    Digest::of_bytes(b"preprocess")
}

fn write(path: &std::path::Path, n: usize) -> Digest {
    let writer = FaceCacheWriter::create(path, SIZE, n, &digest()).unwrap();
    (0..n).into_par_iter().try_for_each(|k| writer.write(k, &image(k))).unwrap();
    writer.finish().unwrap()
}

#[test]
fn what_threads_write_is_what_one_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/faces.cache");
    let written = write(&path, 100);
    let cache = FaceCache::open(&path).unwrap();
    assert_eq!((cache.len(), cache.size(), cache.is_empty()), (100, SIZE, false));
    assert_eq!(cache.preprocess_digest(), &digest());
    for k in 0..100 {
        assert_eq!(cache.image(k).unwrap(), image(k), "image {k}");
    }
    assert!(cache.image(100).is_none() && cache.image(usize::MAX).is_none());
    assert_eq!(Digest::of_file(&path).unwrap(), written);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "a temporary file was left");
}

#[test]
fn nothing_appears_before_the_end_and_a_dropped_writer_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faces.cache");
    let writer = FaceCacheWriter::create(&path, SIZE, 2, &digest()).unwrap();
    writer.write(0, &image(0)).unwrap();
    assert!(!path.exists());
    let error = writer.finish().unwrap_err();
    assert!(matches!(error, CacheError::Unfinished { first_missing: 1, .. }), "{error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_old_cache_stays_until_the_new_one_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faces.cache");
    write(&path, 3);
    drop(FaceCacheWriter::create(&path, SIZE, 5, &digest()).unwrap());
    assert_eq!(FaceCache::open(&path).unwrap().len(), 3);
}

#[test]
fn wrong_places_and_lengths_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let writer = FaceCacheWriter::create(&folder.path().join("c"), SIZE, 2, &digest()).unwrap();
    writer.write(1, &image(1)).unwrap();
    assert!(matches!(writer.write(1, &image(1)), Err(CacheError::Index { index: 1, .. })));
    assert!(matches!(writer.write(2, &image(1)), Err(CacheError::Index { index: 2, count: 2, .. })));
    assert!(matches!(writer.write(0, &[0; 5]), Err(CacheError::ImageLength { got: 5, expected: LEN, .. })));
    let huge = FaceCacheWriter::create(&folder.path().join("h"), 1 << 20, usize::MAX, &digest());
    assert!(matches!(huge, Err(CacheError::TooLarge { .. })));
}

#[test]
fn shrinking_keeps_the_first_images() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faces.cache");
    let mut writer = FaceCacheWriter::create(&path, SIZE, 10, &digest()).unwrap();
    for k in 0..4 {
        writer.write(k, &image(k)).unwrap();
    }
    writer.shrink_to(4);
    writer.finish().unwrap();
    let cache = FaceCache::open(&path).unwrap();
    assert_eq!(cache.len(), 4);
    assert_eq!(cache.image(3).unwrap(), image(3));
}

#[test]
fn damaged_headers_and_lengths_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faces.cache");
    write(&path, 3);
    let whole = fs::read(&path).unwrap();
    let open = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        FaceCache::open(&path).map(|_| ()).unwrap_err()
    };
    for n in [0, 1, 127, 128, whole.len() - 1] {
        assert!(matches!(open(&whole[..n]), CacheError::Length { .. }), "{n} bytes");
    }
    assert!(matches!(open(&[&whole[..], &[0]].concat()), CacheError::Length { .. }));
    for (at, what) in [(0, "magic"), (8, "version"), (16, "channels"), (40, "preprocess digest")] {
        let mut bytes = whole.clone();
        bytes[at] = 0xEE;
        let error = open(&bytes);
        assert!(matches!(&error, CacheError::Header { what: got, .. } if *got == what), "{error}");
    }
    let mut bytes = whole.clone();
    bytes[24..32].fill(0xFF);
    assert!(matches!(open(&bytes), CacheError::TooLarge { .. }));
    fs::remove_file(&path).unwrap();
    assert!(matches!(FaceCache::open(&path), Err(CacheError::NoIndex { .. })));
}

#[test]
fn an_empty_cache_and_the_mean_colour() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faces.cache");
    write(&path, 0);
    let cache = FaceCache::open(&path).unwrap();
    assert!(cache.is_empty());
    assert_eq!(cache.mean_colour([0, 1]), [0; 3]);

    let writer = FaceCacheWriter::create(&path, SIZE, 2, &digest()).unwrap();
    writer.write(0, &[10, 20, 30].repeat(SIZE * SIZE)).unwrap();
    writer.write(1, &[11, 40, 30].repeat(SIZE * SIZE)).unwrap();
    writer.finish().unwrap();
    let cache = FaceCache::open(&path).unwrap();
    assert_eq!(cache.mean_colour([0, 1]), [11, 30, 30]);
    assert_eq!(cache.mean_colour([0]), [10, 20, 30]);
}
