//! Lines of a text as people left it.

/// Lines that hold anything, trimmed, with their numbers from 1; `None` for one that is not UTF-8. A byte-order
/// mark, CRLF, blank lines and a missing final newline make no difference.
pub(crate) fn text_lines(bytes: &[u8]) -> impl Iterator<Item = (u64, Option<&str>)> {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = (1..).zip(body.split(|&b| b == b'\n'));
    lines.map(|(n, line)| (n, str::from_utf8(line).ok().map(str::trim))).filter(|(_, line)| *line != Some(""))
}

#[cfg(test)]
mod tests {
    use super::text_lines;

    #[test]
    fn line_ends_blank_lines_and_a_byte_order_mark_make_no_difference() {
        let text = b"\xef\xbb\xbfa 1\r\n\r\n  b 2 \n\xff\xfe\nc";
        let lines: Vec<_> = text_lines(text).collect();
        assert_eq!(lines, [(1, Some("a 1")), (3, Some("b 2")), (4, None), (5, Some("c"))]);
        assert_eq!(text_lines(b"").count(), 0);
    }
}
