//! What packages depend on, by `Cargo.lock`.

use std::collections::{BTreeMap, BTreeSet};

/// A package of the lock file: its own lines, and how it names its dependencies.
struct Package<'a> {
    lines: Vec<&'a str>,
    dependencies: Vec<&'a str>,
}

/// Names, versions and checksums of all that `roots` depend on, they included, sorted: what the rest of a workspace
/// depends on does not change it. The file does not tell dependencies of tests from others, so that theirs count.
pub(crate) fn locked(lock: &str, roots: &[&str]) -> String {
    let mut packages: BTreeMap<&str, Vec<(&str, Package<'_>)>> = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let of_line = |line| Some(str::strip_prefix(line, key)?.strip_prefix(" = ")?.trim_matches('"'));
            block.lines().find_map(of_line)
        };
        let (Some(name), Some(version)) = (value("name"), value("version")) else { continue };
        let kept =
            |line: &&str| ["name", "version", "source", "checksum"].iter().any(|key| line.starts_with(key));
        let lines = block.lines().filter(kept).collect();
        let dependencies = block
            .lines()
            .filter_map(|line| Some(line.strip_prefix(" \"")?.trim_end_matches([',', '"'])))
            .collect();
        packages.entry(name).or_default().push((version, Package { lines, dependencies }));
    }
    let mut open: Vec<&str> = roots.to_vec();
    let mut seen = BTreeSet::new();
    let mut found = BTreeSet::new();
    while let Some(named) = open.pop() {
        if !seen.insert(named) {
            continue;
        }
        // `name`, or `name version` where there are several of the name.
        let mut words = named.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        for (has, package) in packages.get(name).into_iter().flatten() {
            if version.is_none_or(|version| version == *has) {
                found.insert(package.lines.join("\n"));
                open.extend(&package.dependencies);
            }
        }
    }
    found.into_iter().collect::<Vec<_>>().join("\n")
}
