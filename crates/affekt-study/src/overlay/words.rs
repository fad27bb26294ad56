//! Messages of serde in the words of a study file.

use crate::nearest::nearest;

/// The message without names of Rust's types.
pub(crate) fn plain(message: &str) -> String {
    let message = message.trim_end();
    let Some((front, expected)) = message.rsplit_once("expected ") else { return message.to_owned() };
    let expected = match expected {
        "f64" | "f32" => "a number",
        "u64" | "u32" | "usize" => "a whole number, 0 or above",
        "a boolean" => "true or false",
        "a string" | "path string" => "a text in quotes",
        "a sequence" => "a list in [ ]",
        "wanted string or table" => "a name in quotes",
        _ if expected.starts_with("struct ") => "a table",
        _ if expected.starts_with("internally tagged enum ") => "a table with a kind: { kind = \"...\" }",
        _ => return message.to_owned(),
    };
    format!("{front}expected {expected}")
}

/// What probably was meant: the nearest of the names that serde lists, or the other way to write the value.
pub(crate) fn hint(message: &str) -> Option<String> {
    if let Some(rest) = message.split_once("invalid type: string ").map(|(_, rest)| rest) {
        let (got, expected) = rest.rsplit_once(", expected ")?;
        let got = got.trim_matches('"');
        let is_bare = match expected {
            "f64" => got.parse::<f64>().is_ok(),
            "u32" | "u64" => got.parse::<u64>().is_ok(),
            "a boolean" => got.parse::<bool>().is_ok(),
            _ => expected.starts_with("internally tagged enum ") && !got.contains('"'),
        };
        let kind = expected.starts_with("internally tagged enum ");
        return is_bare.then(|| if kind { format!("{{ kind = \"{got}\" }}") } else { got.to_owned() });
    }
    let after = |what| message.split_once(what).map(|(_, rest)| rest);
    let rest = after("unknown field `").or_else(|| after("unknown variant `"))?;
    let mut quoted = rest.split('`').step_by(2);
    let got = quoted.next()?;
    let expected: Vec<&str> = quoted.filter(|key| !key.is_empty()).collect();
    nearest(got, &expected).map(str::to_owned)
}

/// The sentence of a hint; empty for none.
pub(crate) fn suggestion(hint: Option<&String>) -> String {
    hint.map(|hint| format!("\ndid you mean `{hint}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_speaks_plainly() {
        assert_eq!(
            plain("invalid type: string \"x\", expected f64"),
            "invalid type: string \"x\", expected a number"
        );
        assert_eq!(plain("unknown field `a`, expected `b`"), "unknown field `a`, expected `b`");
        let of = |message: &str| hint(message);
        assert_eq!(of("invalid type: string \"64\", expected u32").as_deref(), Some("64"));
        assert_eq!(of("invalid type: string \"many\", expected u32"), None);
        assert_eq!(
            of("invalid type: string \"none\", expected internally tagged enum CostSpec").as_deref(),
            Some("{ kind = \"none\" }")
        );
        assert_eq!(of("unknown field `epoch`, expected one of `epochs`, `ema`").as_deref(), Some("epochs"));
    }
}
