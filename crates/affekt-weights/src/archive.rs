//! Zip archives as `torch.save` writes them: entries stored as they are, found through the directory at the end.

use std::collections::BTreeMap;

use crate::Fault;
use crate::cursor::Cursor;

const END: [u8; 4] = *b"PK\x05\x06";
const END_64: [u8; 4] = *b"PK\x06\x06";
const END_64_LOCATOR: [u8; 4] = *b"PK\x06\x07";
const DIRECTORY: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
/// Bytes of the end record without its comment.
const END_LEN: usize = 22;
/// Bytes of the record that says where the 64-bit end record is.
const LOCATOR_LEN: usize = 20;
/// A 32-bit field whose value stands in 64 bit elsewhere.
const ELSEWHERE: u64 = u32::MAX as u64;

/// The entries of an archive, by name; `None` for one that is compressed, which is told when it is asked for: an archive
/// of `TorchScript` has some, and is refused for what it is.
#[derive(Debug)]
pub(crate) struct Archive<'a> {
    entries: BTreeMap<&'a str, Option<&'a [u8]>>,
}

impl<'a> Archive<'a> {
    /// Reads the directory and compares every entry with its checksum.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let (n_entries, start) = directory(bytes)?;
        let mut cursor = Cursor::new(bytes, start, "the directory of the zip archive");
        let mut entries = BTreeMap::new();
        let mut total = 0_usize;
        for _ in 0..n_entries {
            let (name, content) = entry(bytes, &mut cursor)?;
            total = total.saturating_add(content.map_or(0, <[u8]>::len));
            // Entries that share bytes would let a small file keep the checksums busy for hours.
            if total > bytes.len() {
                return Err(Fault::Zip { what: "its entries overlap" });
            }
            if entries.insert(name, content).is_some() {
                return Err(Fault::Zip { what: "two entries have one name" });
            }
        }
        Ok(Self { entries })
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.entries.keys().copied()
    }

    /// The content of an entry; `None` where there is none of that name.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&'a [u8]>, Fault> {
        match self.entries.get(name) {
            None => Ok(None),
            Some(Some(content)) => Ok(Some(content)),
            Some(None) => Err(Fault::Compressed { entry: name.to_owned() }),
        }
    }
}

/// Number of entries and place of the directory.
fn directory(bytes: &[u8]) -> Result<(u64, usize), Fault> {
    // The end record is followed by a comment of at most 65535 bytes.
    let from = bytes.len().saturating_sub(END_LEN + usize::from(u16::MAX));
    let found = bytes[from..].windows(END.len()).rposition(|window| window == END);
    let at = from + found.ok_or(Fault::Truncated { what: "a zip archive", at: bytes.len() })?;
    let mut end = Cursor::new(bytes, at + 10, "the end of the zip archive");
    let n_entries = u64::from(end.u16()?);
    let _bytes = end.u32()?;
    let start = u64::from(end.u32()?);
    let comment_len = end.u16()?;
    end.take(comment_len.into())?;
    let (n_entries, start) = match large_directory(bytes, at)? {
        Some(large) => large,
        None => (n_entries, start),
    };
    usize::try_from(start).map(|start| (n_entries, start)).map_err(|_| OUTSIDE)
}

const OUTSIDE: Fault = Fault::Zip { what: "an entry lies outside the file" };

/// As [`directory`], from the 64-bit record, where there is one.
fn large_directory(bytes: &[u8], end: usize) -> Result<Option<(u64, u64)>, Fault> {
    let Some(locator) = end.checked_sub(LOCATOR_LEN) else { return Ok(None) };
    if !bytes[locator..].starts_with(&END_64_LOCATOR) {
        return Ok(None);
    }
    let at = Cursor::new(bytes, locator + 8, "the end of the zip archive").u64()?;
    let at = usize::try_from(at).map_err(|_| OUTSIDE)?;
    let mut record = Cursor::new(bytes, at, "the end of the zip archive");
    if record.array()? != END_64 {
        return Err(Fault::Zip { what: "its 64-bit end record is not where it says" });
    }
    record.take(28)?;
    let n_entries = record.u64()?;
    let _bytes = record.u64()?;
    Ok(Some((n_entries, record.u64()?)))
}

/// The next entry of the directory.
fn entry<'a>(bytes: &'a [u8], cursor: &mut Cursor<'a>) -> Result<(&'a str, Option<&'a [u8]>), Fault> {
    if cursor.array()? != DIRECTORY {
        return Err(Fault::Zip { what: "its directory is not where it says" });
    }
    cursor.take(4)?;
    let (flags, method) = (cursor.u16()?, cursor.u16()?);
    cursor.take(4)?;
    let checksum = cursor.u32()?;
    let (packed, len) = (cursor.u32()?, cursor.u32()?);
    let (name_len, extra_len, comment_len) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    cursor.take(8)?;
    let local = cursor.u32()?;
    let name = std::str::from_utf8(cursor.take(name_len.into())?)
        .map_err(|_| Fault::Zip { what: "the name of an entry is no UTF-8" })?;
    let extra = cursor.take(extra_len.into())?;
    cursor.take(comment_len.into())?;
    let [len, packed, local] = in_64_bit(extra, [len, packed, local])?;
    if method != 0 || flags & 1 != 0 || packed != len {
        return Ok((name, None));
    }
    let mut header = Cursor::new(bytes, usize::try_from(local).map_err(|_| OUTSIDE)?, "a zip entry");
    if header.array()? != LOCAL {
        return Err(Fault::Zip { what: "an entry is not where the directory says" });
    }
    header.take(22)?;
    let (name_len, extra_len) = (header.u16()?, header.u16()?);
    header.take(usize::from(name_len) + usize::from(extra_len))?;
    let content = header.take_stated(len)?;
    // torch leaves 0 where it was told to compute no checksums.
    let got = if checksum == 0 { 0 } else { crc32fast::hash(content) };
    if got != checksum {
        return Err(Fault::Checksum { entry: name.to_owned(), expected: checksum, got });
    }
    Ok((name, Some(content)))
}

/// Length, packed length and place of an entry, in 64 bit where the directory says so.
fn in_64_bit(extra: &[u8], fields: [u32; 3]) -> Result<[u64; 3], Fault> {
    let mut fields = fields.map(u64::from);
    let mut cursor = Cursor::new(extra, 0, "the directory of the zip archive");
    while cursor.at() < extra.len() {
        let (tag, len) = (cursor.u16()?, cursor.u16()?);
        let mut body = Cursor::new(cursor.take(len.into())?, 0, "the directory of the zip archive");
        if tag == 1 {
            for field in fields.iter_mut().filter(|field| **field == ELSEWHERE) {
                *field = body.u64()?;
            }
        }
    }
    Ok(fields)
}
