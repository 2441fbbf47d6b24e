//! Joining the printed lines of one statement or cell.

/// One printed line of a text.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) text: String,
    /// The printer set a space after it.
    pub(super) ends_in_space: bool,
}

/// Joins wrapped lines.
///
/// Korean typesetters break lines inside words too, so a break is not always a
/// space. Word prints the space at which it broke; where a file shows such spaces at
/// all (`spaces_printed`), a line without one was broken inside a word. Other
/// producers drop it; then a break is a space, except beside a bracket or after a
/// hyphen.
pub(super) fn join(pieces: &[Piece], spaces_printed: bool) -> String {
    let mut out = String::new();
    let mut space = false;
    for piece in pieces {
        let text = piece.text.trim();
        if text.is_empty() {
            continue;
        }
        let glued = out.ends_with(['(', '[', '-', '/'])
            || text.starts_with([')', ']', ',', '.', '·', '/', '%', '℃']);
        if !out.is_empty() && space && (spaces_printed || !glued) {
            out.push(' ');
        }
        out.push_str(text);
        space = if spaces_printed { piece.ends_in_space } else { true };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_is_a_space_only_where_one_was_printed() {
        let pieces = |texts: &[(&str, bool)]| -> Vec<Piece> {
            texts
                .iter()
                .map(|(text, ends_in_space)| Piece {
                    text: (*text).to_owned(),
                    ends_in_space: *ends_in_space,
                })
                .collect()
        };
        for (lines, printed, expected) in [
            (vec![("응고 중에 남아", true), ("생긴 공극", true)], true, "응고 중에 남아 생긴 공극"),
            (vec![("점도 관", false), ("리, 청정도", true)], true, "점도 관리, 청정도"),
            (
                vec![("응고 중에 남아", false), ("생긴 공극", false)],
                false,
                "응고 중에 남아 생긴 공극",
            ),
            (vec![("공정(탈기", false), (") 점검", false)], false, "공정(탈기) 점검"),
            (vec![("De-", false), ("gassing", false)], false, "De-gassing"),
            (vec![("", false), ("하나", false)], true, "하나"),
        ] {
            assert_eq!(join(&pieces(&lines), printed), expected);
        }
    }
}
