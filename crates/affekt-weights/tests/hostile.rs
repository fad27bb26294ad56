//! Any bytes at all end in a value or an error, and never in much memory.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails its test")]

mod support;

use std::path::Path;

use affekt_weights::{ReadOptions, StateDict};
use proptest::prelude::*;
use support::{golden, told};

/// One of each format and of each sort of content.
const SEEDS: [&str; 8] = [
    "net.safetensors",
    "views.pth",
    "views-legacy.pth",
    "notes-2.pth",
    "notes-4.pth",
    "deep.pth",
    "system-legacy.pth",
    "expanded.pth",
];

/// Reads the bytes; tensors that come out are whole.
fn read(bytes: &[u8]) -> Result<usize, String> {
    let state = StateDict::parse(bytes, Path::new("mutated"), &ReadOptions::default())
        .map_err(|error| told(&error))?;
    let mut total = 0;
    for (_, tensor) in state.iter() {
        assert_eq!(tensor.len(), tensor.shape().iter().product::<usize>());
        assert_eq!(tensor.to_f32().len(), tensor.len());
        total += tensor.bytes().len();
    }
    assert!(total <= 16 * bytes.len(), "{total} bytes from {}", bytes.len());
    Ok(state.len())
}

/// Overwrites, cuts and repeats, as a bad disk, a broken download or an ill-disposed author would.
fn mutate(bytes: &mut Vec<u8>, edits: &[(u8, prop::sample::Index, u8)]) {
    for (sort, at, value) in edits {
        if bytes.is_empty() {
            return;
        }
        let at = at.index(bytes.len());
        match sort {
            0..=5 => bytes[at] = *value,
            6 => bytes[at] ^= 1 << (value % 8),
            7 => bytes.truncate(at),
            8 => {
                let end = (at + usize::from(*value)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                let end = (at + usize::from(*value)).min(bytes.len());
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
        }
    }
}

/// Makes the checksums of a zip archive ask for nothing, so that damage reaches the pickle.
fn without_checksums(bytes: &mut [u8]) {
    for at in 0..bytes.len().saturating_sub(20) {
        if bytes[at..].starts_with(b"PK\x01\x02") {
            bytes[at + 16..at + 20].fill(0);
        }
    }
}

fn edits() -> impl Strategy<Value = Vec<(u8, prop::sample::Index, u8)>> {
    prop::collection::vec((0..10_u8, any::<prop::sample::Index>(), any::<u8>()), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_never_panic(seed in 0..SEEDS.len(), edits in edits()) {
        let mut bytes = std::fs::read(golden(SEEDS[seed])).unwrap();
        without_checksums(&mut bytes);
        mutate(&mut bytes, &edits);
        let _ = read(&bytes);
    }

    #[test]
    fn damaged_pickles_never_panic(seed in 1..SEEDS.len(), at in 0..900_usize, value: u8) {
        // Most of a small file is the pickle near its start: aim there.
        let mut bytes = std::fs::read(golden(SEEDS[seed])).unwrap();
        without_checksums(&mut bytes);
        let at = at % bytes.len();
        bytes[at] = value;
        let _ = read(&bytes);
    }

    #[test]
    fn any_instructions_never_panic(codes in prop::collection::vec(
        prop::sample::select(b"().]}lt0123NKMJXqrhjRQbaeusdGC\x81\x85\x86\x87\x88\x8a\x8c\x90\x93\x94".to_vec()), 0..60)) {
        let mut bytes = legacy_head();
        bytes.extend(codes);
        bytes.push(b'.');
        let _ = read(&bytes);
    }
}

/// The three pickles in front of the saved object of a stream.
fn legacy_head() -> Vec<u8> {
    let bytes = std::fs::read(golden("system-legacy.pth")).unwrap();
    // The second protocol mark after the machine's facts opens the saved object.
    let starts = (0..bytes.len() - 1).filter(|&at| bytes[at..].starts_with(b"\x80\x02")).nth(3);
    bytes[..starts.unwrap()].to_vec()
}

fn in_stream(pickle: &[u8]) -> Result<usize, String> {
    read(&[&legacy_head()[..], b"\x80\x02", pickle, b"."].concat())
}

#[test]
fn deep_nesting_costs_no_stack() {
    // A tuple in a tuple in a tuple, and a dict that holds itself.
    let deep = [b"N".to_vec(), vec![0x85; 500_000]].concat();
    assert!(in_stream(&deep).is_err());
    assert!(in_stream(b"}q\x00X\x01\x00\x00\x00ah\x00s").is_err());
}

#[test]
fn a_pickle_of_countless_values_is_refused() {
    let text = in_stream(&vec![b']'; 3_000_000]).unwrap_err();
    assert!(text.contains("more than 2000000 values"), "{text}");
    let text = in_stream(&[b"]".to_vec(), b"2".repeat(3_000_000)].concat()).unwrap_err();
    assert!(text.contains("more than 2000000 values"), "{text}");
}

#[test]
fn claimed_lengths_are_compared_with_the_file() {
    for claim in [&b"X\xff\xff\xff\x7f"[..], b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff", b"B\xff\xff\xff\xff"] {
        let text = in_stream(claim).unwrap_err();
        assert!(text.contains("ends within a pickle"), "{text}");
    }
    let header = [&(1_u64 << 31).to_le_bytes()[..], b"{\"a\":{}}"].concat();
    assert!(read(&header).unwrap_err().contains("safetensors"));
}

#[test]
fn every_prefix_of_a_file_is_refused() {
    for name in ["plain.pth", "views-legacy.pth", "net.safetensors"] {
        let bytes = std::fs::read(golden(name)).unwrap();
        for len in 0..bytes.len() {
            assert!(read(&bytes[..len]).is_err(), "{name} cut to {len} bytes");
        }
    }
}
