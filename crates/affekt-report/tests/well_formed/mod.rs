//! A strict tag-balance check for our own HTML and SVG.

/// Elements of HTML that have no end tag.
const VOID: [&str; 3] = ["meta", "br", "hr"];

/// Checks that every element is closed in order, attributes are quoted, and text holds no stray `<` or `&`.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let mut open: Vec<String> = Vec::new();
    let mut rest = text.strip_prefix("<!DOCTYPE html>").unwrap_or(text);
    while let Some(at) = rest.find('<') {
        entities(&rest[..at])?;
        let tag_end = rest[at..].find('>').ok_or("a tag does not end")? + at;
        let tag = &rest[at + 1..tag_end];
        rest = &rest[tag_end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            let expected = open.pop();
            if expected.as_deref() != Some(name) {
                return Err(format!("</{name}> closes {expected:?}"));
            }
            continue;
        }
        let body = tag.strip_suffix('/').unwrap_or(tag);
        let name = attributes(body)?;
        if tag.ends_with('/') || VOID.contains(&name.as_str()) {
            continue;
        }
        if name == "style" {
            let end = rest.find("</style>").ok_or("a style sheet does not end")?;
            rest = &rest[end + "</style>".len()..];
            continue;
        }
        open.push(name);
    }
    entities(rest)?;
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

/// Checks the attributes of a start tag and gives its name.
fn attributes(tag: &str) -> Result<String, String> {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(format!("<{tag}> is no element"));
    }
    while !rest.trim().is_empty() {
        let token = rest.trim_start();
        if let Some(after) = token.strip_prefix("open") {
            rest = after;
            continue;
        }
        let (key, after) = token.split_once("=\"").ok_or_else(|| format!("unquoted attribute in <{tag}>"))?;
        let valid = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == ':';
        if !key.chars().all(valid) {
            return Err(format!("attribute {key:?} in <{tag}>"));
        }
        let (value, after) = after.split_once('"').ok_or_else(|| format!("open quote in <{tag}>"))?;
        entities(value)?;
        rest = after;
    }
    Ok(name.to_owned())
}

/// Every `&` must begin a character reference.
fn entities(text: &str) -> Result<(), String> {
    for part in text.split('&').skip(1) {
        let end = part.find(';').ok_or_else(|| format!("stray & before {part:?}"))?;
        if end == 0 || !part[..end].chars().all(|c| c.is_ascii_alphanumeric() || c == '#') {
            return Err(format!("stray & before {part:?}"));
        }
    }
    Ok(())
}
