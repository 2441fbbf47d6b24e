//! Tables on a terminal.

use super::terminal::Terminal;

/// Prints rows with the first column aligned to the left and the others to the right.
pub(super) fn print<const N: usize>(terminal: &Terminal, table: &[[String; N]]) {
    let mut widths = [0; N];
    for row in table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = display_width(cell).max(*width);
        }
    }
    for row in table {
        let cells = row.iter().zip(widths).enumerate().map(|(index, (cell, width))| {
            let space = " ".repeat(width - display_width(cell));
            if index == 0 { format!("{cell}{space}") } else { format!("{space}{cell}") }
        });
        terminal.print_line(cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// Width of a text on a terminal, in columns: Hangul and Chinese characters take two.
fn display_width(text: &str) -> usize {
    let is_wide = |c| matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}');
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn hangul_is_twice_as_wide() {
        for (text, expected) in [("", 0), ("F1 max", 6), ("픽셀 AUROC", 10), ("–", 1)] {
            assert_eq!(super::display_width(text), expected, "{text}");
        }
    }
}
