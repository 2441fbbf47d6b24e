//! The axis of scores: linear, or logarithmic (base 10).

use egui_plot::{GridInput, GridMark};

/// The position of a score on the axis.
pub(super) fn to_axis(score: f32, is_log: bool) -> f64 {
    let score = f64::from(score);
    if is_log { score.max(f64::MIN_POSITIVE).log10() } else { score }
}

/// The score at a position on the axis.
pub(super) fn from_axis(position: f64, is_log: bool) -> f64 {
    if is_log { 10f64.powf(position) } else { position }
}

/// Grid marks at 1, 2 and 5 times each power of ten.
pub(super) fn log_marks(input: GridInput) -> Vec<GridMark> {
    let (from, to) = input.bounds;
    let powers = from.floor() as i32..=to.ceil() as i32;
    let mark = |power: i32| [1.0, 2.0, 5.0_f64].map(|digit| f64::from(power) + digit.log10());
    powers.flat_map(mark).map(|value| GridMark { value, step_size: 1.0 }).collect()
}

/// The label of a mark: its score, with as many digits as it needs.
pub(super) fn mark_label(position: f64, is_log: bool) -> String {
    match from_axis(position, is_log) {
        score if is_log && score < 1.0 => format!("{score:.2}"),
        score if is_log && score < 10.0 => format!("{score:.1}"),
        score if is_log => format!("{score:.0}"),
        score => format!("{}", (score * 1e4).round() / 1e4),
    }
}
