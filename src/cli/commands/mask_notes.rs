//! What is to be known of the masks of a data set, for `fettle eval`.

use std::path::PathBuf;

use crate::terminal::Terminal;
use fettle_engine::ClassEvaluation;
use fettle_i18n::Value;

/// Names shown at most; the JSON has all.
const MAX_NAMES: usize = 8;

/// Prints the notes of a class; nothing where every mask is as expected.
pub(super) fn print_mask_notes(terminal: &Terminal, class: &ClassEvaluation) {
    let notes = &class.masks;
    let print = |message: &str, count: usize, names: &[PathBuf]| {
        if count == 0 {
            return;
        }
        let mut shown: Vec<String> =
            names.iter().take(MAX_NAMES).map(|path| path.display().to_string()).collect();
        if names.len() > MAX_NAMES {
            shown.push("…".to_owned());
        }
        let values: [(&str, Value); 3] = [
            ("class", class.class.clone().into()),
            ("count", count.into()),
            ("names", shown.join(", ").into()),
        ];
        terminal.print_message(message, &values);
    };
    // Without any mask file the table has dashes, which is enough.
    if class.masked > 0 || !notes.unused.is_empty() {
        print("eval-unmasked", notes.unmasked, &[]);
    }
    let grey: Vec<PathBuf> = notes.not_two_level.iter().map(|note| note.mask.clone()).collect();
    print("eval-mask-levels", grey.len(), &grey);
    for (message, masks) in [
        ("eval-mask-white", &notes.all_white),
        ("eval-mask-black", &notes.all_black),
        ("eval-mask-mostly", &notes.mostly_white),
        ("eval-mask-alpha", &notes.from_alpha),
        ("eval-mask-beside", &notes.beside),
        ("eval-mask-unused", &notes.unused),
    ] {
        print(message, masks.len(), masks);
    }
}
