//! The pictures to predict on, in a fixed order.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// File names that end so are taken for pictures.
const ENDINGS: [&str; 7] = ["jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff"];
/// Folders within folders; deeper is a loop of links.
const DEPTH: usize = 64;

/// One picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) path: PathBuf,
    /// Folder of the frame, where all its pictures are named alike but for the number at the end.
    pub(super) video: String,
    /// That number.
    pub(super) frame: Option<u64>,
}

/// Files as they are given, folders with all pictures in them: folder by folder, frames by their number.
pub(super) fn gather(paths: &[PathBuf]) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut found = Vec::new();
            walk(path, DEPTH, &mut found)?;
            found.sort_by(|a, b| {
                (a.path.parent(), a.frame, &a.path).cmp(&(b.path.parent(), b.frame, &b.path))
            });
            anyhow::ensure!(!found.is_empty(), "{}: no pictures ({})", path.display(), ENDINGS.join(", "));
            items.append(&mut found);
        } else {
            // A file that is not there is a row of the table like any other bad one.
            items.push(Item { path: path.clone(), video: String::new(), frame: None });
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    items.retain(|item| seen.insert(item.path.clone()));
    Ok(items)
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<Item>) -> anyhow::Result<()> {
    anyhow::ensure!(depth > 0, "{}: more than {DEPTH} folders deep", folder.display());
    let first = found.len();
    let mut folders = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        if path.is_dir() {
            folders.push(path);
        } else if is_picture(&path) {
            found.push(Item { path, video: String::new(), frame: None });
        }
    }
    name_frames(folder, &mut found[first..]);
    folders.iter().try_for_each(|inner| walk(inner, depth - 1, found))
}

/// Makes the numbered pictures of a folder the frames of a video where they are named as such: one name, numbers at its
/// end. Photographs of several people, `s0001_002.jpg` and `s0002_001.jpg`, are not; nor is a `cover.jpg` among frames.
fn name_frames(folder: &Path, pictures: &mut [Item]) {
    let mut numbered: Vec<(&mut Item, String, u64)> = pictures
        .iter_mut()
        .filter_map(|picture| frame(&picture.path).map(|(name, number)| (picture, name, number)))
        .collect();
    if numbered.windows(2).any(|pair| pair[0].1 != pair[1].1) {
        return;
    }
    for (picture, _, number) in &mut numbered {
        picture.video = folder.to_string_lossy().into_owned();
        picture.frame = Some(*number);
    }
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// What a file name begins with and the number it ends in, such as `frame_` and 17 of `frame_00017.png`.
fn frame(path: &Path) -> Option<(String, u64)> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let digits = stem.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (name, number) = stem.split_at(stem.len() - digits);
    Some((name.to_owned(), number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_by_number_folder_by_folder() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "b/frame10.png",
            "b/frame9.JPG",
            "b/cover.png",
            "a/x.png",
            "a/notes.txt",
            "c.jpeg",
            "d/s1_2.png",
            "d/s2_1.png",
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, b"").unwrap();
        }
        let root = folder.path().to_path_buf();
        let lost = root.join("lost.png");
        let items = gather(&[root.clone(), lost.clone(), root.join("c.jpeg")]).unwrap();
        let names: Vec<String> = items
            .iter()
            .map(|item| item.path.strip_prefix(&root).unwrap().to_string_lossy().into_owned())
            .collect();
        let expected = [
            "c.jpeg",
            "a/x.png",
            "b/cover.png",
            "b/frame9.JPG",
            "b/frame10.png",
            "d/s1_2.png",
            "d/s2_1.png",
            "lost.png",
        ];
        assert_eq!(names, expected);
        assert_eq!(items[3].frame, Some(9));
        assert_eq!(items[3].video, root.join("b").to_string_lossy());
        for photograph in [0, 1, 2, 5, 6] {
            assert_eq!((items[photograph].frame, items[photograph].video.as_str()), (None, ""));
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(gather(&[empty.path().to_path_buf()]).unwrap_err().to_string().contains("no pictures"));
    }
}
