//! The SVG text itself.

use std::fmt::Write as _;

/// Which end of a text sits at its coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Start,
    Middle,
    End,
}

impl Align {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A drawing under construction.
#[derive(Clone, Debug)]
pub(crate) struct Svg {
    width: f64,
    height: f64,
    body: String,
}

impl Svg {
    /// An empty drawing of that size.
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, [x1, y1]: [f64; 2], [x2, y2]: [f64; 2]) {
        let _ = writeln!(
            self.body,
            r#"<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>"#,
            escape(class),
            number(x1),
            number(y1),
            number(x2),
            number(y2)
        );
    }

    /// A rectangle; `opacity` is the strength of its fill.
    pub(crate) fn rect(&mut self, class: &str, [x, y]: [f64; 2], [w, h]: [f64; 2], opacity: f64) {
        let _ = writeln!(
            self.body,
            r#"<rect class="{}" x="{}" y="{}" width="{}" height="{}"{}/>"#,
            escape(class),
            number(x),
            number(y),
            number(w),
            number(h),
            if opacity < 1.0 { format!(r#" fill-opacity="{}""#, number(opacity)) } else { String::new() }
        );
    }

    /// A circle.
    pub(crate) fn circle(&mut self, class: &str, [x, y]: [f64; 2], r: f64) {
        let _ = writeln!(
            self.body,
            r#"<circle class="{}" cx="{}" cy="{}" r="{}"/>"#,
            escape(class),
            number(x),
            number(y),
            number(r)
        );
    }

    /// A path of straight segments.
    pub(crate) fn polyline(&mut self, class: &str, points: &[[f64; 2]]) {
        let list: Vec<String> = points.iter().map(|p| format!("{},{}", number(p[0]), number(p[1]))).collect();
        let _ = writeln!(self.body, r#"<polyline class="{}" points="{}"/>"#, escape(class), list.join(" "));
    }

    /// A filled polygon; `tip` is shown by browsers on hover.
    pub(crate) fn polygon(&mut self, class: &str, points: &[[f64; 2]], tip: Option<&str>) {
        let list: Vec<String> = points.iter().map(|p| format!("{},{}", number(p[0]), number(p[1]))).collect();
        let _ = writeln!(
            self.body,
            r#"<polygon class="{}" points="{}"{}"#,
            escape(class),
            list.join(" "),
            close("polygon", tip)
        );
    }

    /// A filled circle with a hover text.
    pub(crate) fn dot(&mut self, class: &str, [x, y]: [f64; 2], r: f64, tip: Option<&str>) {
        let _ = writeln!(
            self.body,
            r#"<circle class="{}" cx="{}" cy="{}" r="{}"{}"#,
            escape(class),
            number(x),
            number(y),
            number(r),
            close("circle", tip)
        );
    }

    /// Copies of one outline, a polygon about (0, 0) or a circle of radius `r`, as a single element.
    pub(crate) fn copies(&mut self, class: &str, places: &[[f64; 2]], outline: Option<&[[f64; 2]]>, r: f64) {
        let shape = outline.map_or_else(
            || {
                let (r, d) = (number(r), number(2.0 * r));
                format!("m-{r} 0a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0-{d} 0z")
            },
            |corners| {
                // Steps from corner to corner, the first one from the centre.
                let from = std::iter::once(&[0.0, 0.0]).chain(corners);
                let steps = corners
                    .iter()
                    .zip(from)
                    .map(|(to, from)| format!("{} {}", number(to[0] - from[0]), number(to[1] - from[1])));
                format!("m{}z", steps.collect::<Vec<_>>().join("l"))
            },
        );
        let path = places.iter().fold(String::new(), |mut path, [x, y]| {
            let _ = write!(path, "M{x:.1} {y:.1}{shape}");
            path
        });
        let _ = writeln!(self.body, r#"<path class="{}" d="{path}"/>"#, escape(class));
    }

    /// A quadratic curve of a given stroke width.
    pub(crate) fn curve(&mut self, class: &str, from: [f64; 2], control: [f64; 2], to: [f64; 2], width: f64) {
        let _ = writeln!(
            self.body,
            r#"<path class="{}" d="M{} {}Q{} {} {} {}" stroke-width="{}"/>"#,
            escape(class),
            number(from[0]),
            number(from[1]),
            number(control[0]),
            number(control[1]),
            number(to[0]),
            number(to[1]),
            number(width)
        );
    }

    /// A line of text.
    pub(crate) fn text(&mut self, class: &str, align: Align, [x, y]: [f64; 2], text: &str) {
        let _ = writeln!(
            self.body,
            r#"<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>"#,
            escape(class),
            number(x),
            number(y),
            align.as_str(),
            escape(text)
        );
    }

    /// A line of text turned by `degrees` about its own coordinate.
    pub(crate) fn text_turned(
        &mut self,
        class: &str,
        align: Align,
        [x, y]: [f64; 2],
        degrees: f64,
        text: &str,
    ) {
        let (x, y, degrees) = (number(x), number(y), number(degrees));
        let _ = writeln!(
            self.body,
            r#"<text class="{}" x="{x}" y="{y}" text-anchor="{}" transform="rotate({degrees} {x} {y})">{}</text>"#,
            escape(class),
            align.as_str(),
            escape(text)
        );
    }

    /// The drawing as an `<svg>` element whose accessible name and description are the given texts.
    pub(crate) fn finish(self, id: &str, title: &str, description: &str) -> String {
        let (id, w, h) = (escape(id), number(self.width), number(self.height));
        format!(
            "<svg class=\"fig\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\">\n<title id=\"{id}-title\">{}</title>\n\
             <desc id=\"{id}-desc\">{}</desc>\n{}</svg>\n",
            escape(title),
            escape(description),
            self.body
        )
    }
}

fn close(name: &str, tip: Option<&str>) -> String {
    tip.map_or_else(|| "/>".to_owned(), |tip| format!("><title>{}</title></{name}>", escape(tip)))
}

/// A coordinate with at most two decimals, without trailing zeros and without a negative zero.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text as XML character data or attribute value.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Other control characters are not allowed in XML at all.
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Width of a text at a font size, a little generous: fonts differ between machines.
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if c.is_ascii_uppercase() || !c.is_ascii() { 0.7 } else { 0.56 }).sum::<f64>() * size
}

/// The text, cut with an ellipsis where it is wider than `width`.
pub(crate) fn ellipsis(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        cut.push(c);
        if text_width(&cut, size) + 0.7 * size > width {
            cut.pop();
            break;
        }
    }
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::{ellipsis, escape, number};

    #[test]
    fn coordinates_have_one_spelling() {
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(12.50), "12.5");
        assert_eq!(number(100.0), "100");
        assert_eq!(number(0.666_6), "0.67");
    }

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(escape("<a b=\"c\">&'"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
        assert_eq!(escape("a\u{7}b"), "a\u{fffd}b");
    }

    #[test]
    fn long_labels_are_cut() {
        assert_eq!(ellipsis("fear", 12.0, 60.0), "fear");
        assert!(ellipsis("a-very-long-arm-name", 12.0, 60.0).ends_with('…'));
    }
}
