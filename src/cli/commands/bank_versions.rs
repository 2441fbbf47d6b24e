//! Output of `fettle bank add`, `undo` and `list`.

use crate::terminal::Terminal;
use fettle_domain::{ProductCode, Verdict};
use fettle_engine::{Backtest, BankVersion, ExtendedBank, UndoneBank};

pub(super) fn print_extended(terminal: &Terminal, extended: &ExtendedBank) {
    for path in &extended.known {
        terminal.print_message("bank-knows", &[("path", path.display().to_string().into())]);
    }
    if extended.added.is_empty() {
        return;
    }
    for image in &extended.added {
        let path = image.path.display().to_string();
        terminal.print_message(
            "bank-added-image",
            &[("path", path.into()), ("rows", image.rows.into())],
        );
    }
    let values = [
        ("product", extended.bank.product.to_string().into()),
        ("version", extended.bank.version.into()),
        ("from", extended.from.into()),
        ("added", extended.added.iter().map(|image| image.rows).sum::<usize>().into()),
        ("rows", extended.rows.into()),
        ("images", extended.added.len().into()),
        ("before", extended.thresholds_before.image.into()),
        ("image", extended.thresholds.image.into()),
    ];
    match &extended.backtest {
        None => terminal.print_message("bank-extended", &values),
        Some(backtest) => {
            terminal.print_message("bank-preview", &values);
            print_backtest(terminal, backtest);
        }
    }
}

fn print_backtest(terminal: &Terminal, backtest: &Backtest) {
    let counts =
        [("rescored", backtest.rescored.into()), ("changed", backtest.changed.len().into())];
    terminal.print_message("bank-impact", &counts);
    for change in &backtest.changed {
        let verdict = |verdict: Verdict| terminal.text(verdict.message_id(), &[]);
        let values = [
            ("id", change.inspection.to_string().into()),
            ("time", change.created_at.clone().into()),
            ("source", change.source.clone().into()),
            ("before", verdict(change.before).into()),
            ("after", verdict(change.after).into()),
            ("was", change.score_before.into()),
            ("is", change.score_after.into()),
        ];
        terminal.print_message("bank-impact-change", &values);
    }
    if !backtest.unreadable.is_empty() {
        terminal.print_message(
            "bank-impact-unreadable",
            &[("count", backtest.unreadable.len().into())],
        );
    }
}

pub(super) fn print_undone(terminal: &Terminal, undone: &UndoneBank) {
    let values = [
        ("product", undone.bank.product.to_string().into()),
        ("from", undone.undone.version.into()),
        ("version", undone.bank.version.into()),
    ];
    terminal.print_message("bank-undone", &values);
    for path in &undone.removed {
        terminal.print_message("bank-undone-image", &[("path", path.clone().into())]);
    }
    for refusal in &undone.kept {
        let reason = refusal.error.explain(terminal.language());
        let path = refusal.path.display().to_string();
        let values = [("path", path.into()), ("reason", reason.into())];
        terminal.eprint_message("bank-undone-not", &values);
    }
}

pub(super) fn print_list(terminal: &Terminal, product: &ProductCode, banks: &[BankVersion]) {
    if banks.is_empty() {
        terminal.print_message("skip-no-bank", &[("product", product.to_string().into())]);
    }
    for bank in banks {
        let values = [
            ("version", bank.bank.version.into()),
            ("time", bank.created_at.clone().into()),
            ("images", bank.images.unwrap_or_default().into()),
            ("model", bank.bank.model.to_string().into()),
            ("image", bank.thresholds.image.into()),
        ];
        let mut line = terminal.text("bank-version", &values);
        let mut append = |id: &str, values: &[(&str, fettle_i18n::Value)]| {
            line.push_str(", ");
            line.push_str(&terminal.text(id, values));
        };
        if let Some(version) = bank.extends {
            append("bank-version-extends", &[("version", version.into())]);
        }
        if bank.images.is_none() {
            append("bank-version-unreadable", &[]);
        }
        if bank.active {
            append("bank-version-active", &[]);
        }
        terminal.print_line(&line);
    }
}
