//! Colours: as CSS variables inside the page, as plain values in a file of its own.

use std::fmt::Write as _;

use super::FIGURE_CSS;
use crate::Figure;

/// Variable name, light value, dark value. Text colours reach a contrast of 4.5:1 on `--paper`, arm colours
/// 3:1; the arm hues keep apart under the common colour-vision deficiencies (after Okabe and Ito).
const COLOURS: [(&str, &str, &str); 24] = [
    ("paper", "#ffffff", "#14181d"),
    ("ink", "#1b2026", "#e8ebee"),
    ("muted", "#59626c", "#a5afb9"),
    ("rule", "#7d8791", "#7d8791"),
    ("grid", "#e3e7eb", "#2b323a"),
    ("panel", "#f5f7f9", "#1c2229"),
    ("border", "#d3d9df", "#38414a"),
    ("link", "#0b57a4", "#86bcf5"),
    ("heat", "#7fb2e8", "#2d5f94"),
    ("band", "#dcebdc", "#26402c"),
    ("bound", "#8c1d5a", "#f29ac8"),
    ("good", "#17633a", "#7fd3a2"),
    ("bad", "#9c2b18", "#f5a191"),
    ("open", "#59490a", "#e0c565"),
    ("a0", "#4a535c", "#b9c2cb"),
    ("a1", "#b55200", "#ff9a4d"),
    ("a2", "#0069ac", "#62b4f2"),
    ("a3", "#007a5a", "#3cc79b"),
    ("a4", "#a33c7c", "#e994c8"),
    ("a5", "#8a6500", "#e3b534"),
    ("a6", "#5b4bb3", "#aca1f5"),
    ("a7", "#a3262e", "#f58a8f"),
    ("focus", "#0b57a4", "#86bcf5"),
    ("code", "#eef1f4", "#222a32"),
];

/// The variables for the page, light by default, dark where the reader asks for it, light again on paper.
pub(crate) fn page_variables() -> String {
    let list = |dark: bool| {
        COLOURS.iter().fold(String::new(), |mut css, (name, light_value, dark_value)| {
            let _ = write!(css, "--{name}:{};", if dark { dark_value } else { light_value });
            css
        })
    };
    let (light, dark) = (list(false), list(true));
    format!(
        ":root{{color-scheme:light dark;{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    )
}

/// A figure as an SVG file of its own: name space, style rules and plain light colours.
///
/// # Example
/// ```
/// use affekt_report::{CriticalDifference, svg_file};
/// let diagram = CriticalDifference {
///     id: "ranks".to_owned(),
///     title: "Mean ranks".to_owned(),
///     arms: vec![("a".to_owned(), 1.0), ("b".to_owned(), 2.25), ("c".to_owned(), 2.75)],
///     critical_difference: 1.17,
///     alpha: 0.05,
///     n: 8,
///     friedman_p: 0.0005,
///     friedman_error: None,
/// };
/// assert!(svg_file(&diagram).starts_with("<svg xmlns="));
/// ```
pub fn svg_file(figure: &dyn Figure) -> String {
    standalone(&figure.svg())
}

/// An inline figure as a file that stands alone: name space, rules and plain light colours added.
pub(crate) fn standalone(inline: &str) -> String {
    let mut css = FIGURE_CSS.to_owned();
    for (name, light, _) in COLOURS {
        css = css.replace(&format!("var(--{name})"), light);
    }
    let rest = inline.strip_prefix("<svg").unwrap_or(inline);
    let at = rest.find("</desc>").map_or(0, |i| i + "</desc>".len());
    let (head, body) = rest.split_at(at);
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\"{head}\n<style>\n{css}</style>{body}")
}

#[cfg(test)]
mod tests {
    use super::{COLOURS, standalone};

    fn luminance(hex: &str) -> f64 {
        let part = |i: usize| {
            let c = f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap()) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (if a > b { a } else { b } + 0.05) / (if a > b { b } else { a } + 0.05)
    }

    #[test]
    fn every_colour_can_be_told_from_its_ground() {
        let of = |name: &str| COLOURS.iter().find(|c| c.0 == name).unwrap();
        for ground in ["paper", "panel", "code"] {
            for name in ["ink", "muted", "link", "good", "bad", "open", "bound"] {
                let (text, ground) = (of(name), of(ground));
                assert!(contrast(text.1, ground.1) >= 4.5, "{name} light");
                assert!(contrast(text.2, ground.2) >= 4.5, "{name} dark");
            }
        }
        for i in 0..8 {
            let (arm, paper) = (of(&format!("a{i}")), of("paper"));
            assert!(contrast(arm.1, paper.1) >= 4.5 && contrast(arm.2, paper.2) >= 4.5, "a{i}");
        }
        for ground in ["heat", "band"] {
            let (ink, ground) = (of("ink"), of(ground));
            assert!(contrast(ink.1, ground.1) >= 4.5 && contrast(ink.2, ground.2) >= 4.5);
        }
    }

    #[test]
    fn a_file_of_its_own_has_no_variable() {
        let text = standalone("<svg class=\"fig\"><title>t</title><desc>d</desc></svg>");
        assert!(!text.contains("var("), "{text}");
        assert!(text.starts_with("<svg xmlns="));
    }
}
