//! Tables on a terminal.

use super::terminal::Terminal;
use fettle_domain::printable_line;

/// Prints rows with the first column aligned to the left and the others to the right. A cell with a
/// line break, as in the name of a file, stays on its line: it could pass for another row.
pub(super) fn print<const N: usize>(terminal: &Terminal, table: &[[String; N]]) {
    for line in lines(table) {
        terminal.print_line(&line);
    }
}

fn lines<const N: usize>(table: &[[String; N]]) -> Vec<String> {
    let on_one_line =
        |row: &[String; N]| row.each_ref().map(|cell| printable_line(cell).into_owned());
    let table: Vec<[String; N]> = table.iter().map(on_one_line).collect();
    let mut widths = [0; N];
    for row in &table {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = display_width(cell).max(*width);
        }
    }
    let line = |row: &[String; N]| {
        let cells = row.iter().zip(widths).enumerate().map(|(index, (cell, width))| {
            let space = " ".repeat(width - display_width(cell));
            if index == 0 { format!("{cell}{space}") } else { format!("{space}{cell}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    table.iter().map(line).collect()
}

/// Width of a text on a terminal, in columns: Hangul and Chinese characters take two.
fn display_width(text: &str) -> usize {
    let is_wide = |c| matches!(c, '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}');
    text.chars().map(|c| if is_wide(c) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_with_a_line_break_is_no_row() {
        let table = [["1", "a.png"], ["2", "b.png\n3  OK"]].map(|row| row.map(str::to_owned));
        assert_eq!(super::lines(&table), ["1             a.png", "2  b.png\\u000a3  OK"]);
    }

    #[test]
    fn hangul_is_twice_as_wide() {
        for (text, expected) in [("", 0), ("F1 max", 6), ("픽셀 AUROC", 10), ("–", 1)] {
            assert_eq!(super::display_width(text), expected, "{text}");
        }
    }
}
