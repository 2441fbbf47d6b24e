//! Where the pieces of a statement are printed.

use fettle_domain::LineSpan;

/// The lines of each piece of a statement that is printed on `spans`: those that the piece covers if
/// letters are spread over the lines by their widths. A line that two pieces share is of both.
pub(super) fn split_spans(spans: &[LineSpan], pieces: &[String]) -> Vec<Vec<LineSpan>> {
    let width = |span: &LineSpan| f64::from(span.rect.width).max(1.0);
    let widths: f64 = spans.iter().map(width).sum();
    let letters = |piece: &String| piece.chars().filter(|c| !c.is_whitespace()).count().max(1);
    let all = pieces.iter().map(letters).sum::<usize>() as f64;
    let mut done = 0;
    let mut out = Vec::new();
    for piece in pieces {
        let from = done as f64 / all;
        done += letters(piece);
        let to = done as f64 / all;
        let mut end = 0.0;
        let mut covered = Vec::new();
        for span in spans {
            let begin = end;
            end += width(span) / widths;
            // A share of a line below this is a matter of rounding.
            const LEAST: f64 = 0.02;
            if to.min(end) - from.max(begin) > LEAST {
                covered.push(*span);
            }
        }
        // A statement stands somewhere.
        if covered.is_empty() {
            covered = spans.to_vec();
        }
        out.push(covered);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::RectPt;

    #[test]
    fn each_piece_stands_on_the_lines_that_it_covers() {
        let line = |y: f32, width: f32| LineSpan {
            page: 1,
            rect: RectPt { x: 0.0, y, width, height: 10.0 },
        };
        let two = [line(0.0, 100.0), line(20.0, 100.0)];
        for (pieces, expected) in [
            (vec!["탈기불량", "습기제거"], vec![vec![0], vec![1]]),
            (vec!["탈기", "습기제거온도유지"], vec![vec![0], vec![0, 1]]),
            (vec!["탈기불량습기제거"], vec![vec![0, 1]]),
        ] {
            let pieces: Vec<String> = pieces.into_iter().map(str::to_owned).collect();
            let spans = split_spans(&two, &pieces);
            let at = |span: &LineSpan| two.iter().position(|line| line == span).unwrap();
            let lines: Vec<Vec<usize>> =
                spans.iter().map(|spans| spans.iter().map(at).collect()).collect();
            assert_eq!(lines, expected, "{pieces:?}");
        }
        assert_eq!(split_spans(&two, &[]).len(), 0);
    }
}
