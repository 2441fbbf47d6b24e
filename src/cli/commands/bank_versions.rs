//! What `fettle bank add`, `undo` and `list` say.

use crate::terminal::Terminal;
use fettle_domain::{ProductCode, Verdict};
use fettle_engine::{BankVersion, ExtendedBank, Impact, UndoneBank};

pub(super) fn say_extended(terminal: &Terminal, extended: &ExtendedBank) {
    for path in &extended.known {
        terminal.say("bank-knows", &[("path", path.display().to_string().into())]);
    }
    if extended.added.is_empty() {
        return;
    }
    for image in &extended.added {
        let path = image.path.display().to_string();
        terminal.say("bank-added-image", &[("path", path.into()), ("rows", image.rows.into())]);
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
    match &extended.impact {
        None => terminal.say("bank-extended", &values),
        Some(impact) => {
            terminal.say("bank-preview", &values);
            say_impact(terminal, impact);
        }
    }
}

fn say_impact(terminal: &Terminal, impact: &Impact) {
    let counts = [("rescored", impact.rescored.into()), ("changed", impact.changed.len().into())];
    terminal.say("bank-impact", &counts);
    for change in &impact.changed {
        let verdict = |verdict: Verdict| terminal.word(verdict.word(), &[]);
        let values = [
            ("id", change.inspection.to_string().into()),
            ("time", change.created_at.clone().into()),
            ("source", change.source.clone().into()),
            ("before", verdict(change.before).into()),
            ("after", verdict(change.after).into()),
            ("was", change.score_before.into()),
            ("is", change.score_after.into()),
        ];
        terminal.say("bank-impact-change", &values);
    }
    if !impact.unreadable.is_empty() {
        terminal.say("bank-impact-unreadable", &[("count", impact.unreadable.len().into())]);
    }
}

pub(super) fn say_undone(terminal: &Terminal, undone: &UndoneBank) {
    let values = [
        ("product", undone.bank.product.to_string().into()),
        ("from", undone.undone.version.into()),
        ("version", undone.bank.version.into()),
    ];
    terminal.say("bank-undone", &values);
    for path in &undone.removed {
        terminal.say("bank-undone-image", &[("path", path.clone().into())]);
    }
    for refusal in &undone.kept {
        let reason = refusal.error.explain(terminal.language());
        let path = refusal.path.display().to_string();
        let values = [("path", path.into()), ("reason", reason.into())];
        terminal.complain("bank-undone-not", &values);
    }
}

pub(super) fn say_list(terminal: &Terminal, product: &ProductCode, banks: &[BankVersion]) {
    if banks.is_empty() {
        terminal.say("skip-no-bank", &[("product", product.to_string().into())]);
    }
    for bank in banks {
        let values = [
            ("version", bank.bank.version.into()),
            ("time", bank.created_at.clone().into()),
            ("images", bank.images.unwrap_or_default().into()),
            ("model", bank.bank.model.to_string().into()),
            ("image", bank.thresholds.image.into()),
        ];
        let mut line = terminal.word("bank-version", &values);
        let mut also = |id: &str, values: &[(&str, fettle_i18n::Value)]| {
            line.push_str(", ");
            line.push_str(&terminal.word(id, values));
        };
        if let Some(version) = bank.extends {
            also("bank-version-extends", &[("version", version.into())]);
        }
        if bank.images.is_none() {
            also("bank-version-unreadable", &[]);
        }
        if bank.active {
            also("bank-version-active", &[]);
        }
        terminal.print(&line);
    }
}
