//! Text from outside in Markdown.

/// Escapes text from a manual or a model, so that it can neither format nor link nor become HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            out.push('\\');
        }
        out.push(if c.is_control() { ' ' } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_escaped() {
        let cases = [
            ("용탕 온도 ±5℃ 유지 (De-gassing)", "용탕 온도 ±5℃ 유지 (De-gassing)"),
            ("<script>x</script>", "\\<script\\>x\\</script\\>"),
            ("[click](http://a) *now*\n# Title", "\\[click\\](http://a) \\*now\\* \\# Title"),
        ];
        for (given, expected) in cases {
            assert_eq!(escaped(given), expected);
        }
    }
}
