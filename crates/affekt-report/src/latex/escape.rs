//! Text that LaTeX takes for text.

/// The text with every character that LaTeX gives a meaning replaced by one that prints it.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            '|' => out.push_str("\\textbar{}"),
            // At the start of a row these would belong to the `\\` of the row before.
            '[' | ']' | '*' => out.extend(['{', c, '}']),
            // Two of them in a row would become a dash.
            '-' if out.ends_with('-') => out.push_str("{}-"),
            '\u{2212}' => out.push_str("$-$"),
            '±' => out.push_str("$\\pm$"),
            '–' => out.push_str("--"),
            '→' => out.push_str("$\\to$"),
            '\u{a0}' => out.push('~'),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Text after a `%`: it must not end the line.
pub(crate) fn comment(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}

#[cfg(test)]
mod tests {
    use super::{comment, escape};

    #[test]
    fn specials_print_themselves() {
        assert_eq!(escape("a_1 & 50% #3 $x$ {y}"), "a\\_1 \\& 50\\% \\#3 \\$x\\$ \\{y\\}");
        assert_eq!(escape("~^\\"), "\\textasciitilde{}\\textasciicircum{}\\textbackslash{}");
        assert_eq!(escape("\\input{/etc/passwd}"), "\\textbackslash{}input\\{/etc/passwd\\}");
    }

    #[test]
    fn nothing_is_taken_for_an_option_or_a_dash() {
        assert_eq!(escape("[1, 2]"), "{[}1, 2{]}");
        assert_eq!(escape("*"), "{*}");
        assert_eq!(escape("a--b---c"), "a-{}-b-{}-{}-c");
        assert_eq!(escape("–"), "--");
    }

    #[test]
    fn a_line_stays_a_line() {
        assert_eq!(escape("a\nb\r\tc"), "a b  c");
        assert_eq!(comment("50%\n\\evil"), "50% \\evil");
    }
}
