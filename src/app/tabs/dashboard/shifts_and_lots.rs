//! Parts by shift and by lot, each with the history of its parts.

use egui::{Grid, Ui};

use crate::command::{Command, HistoryView};
use crate::tab_context::TabContext;
use fettle_domain::{HourCount, Hours};
use fettle_engine::Statistics;
use fettle_i18n::Value;

/// A row: what its parts have in common, and how many there are.
struct Group {
    name: String,
    /// All of what has no room in the name.
    whole: String,
    counts: [usize; 3],
    view: HistoryView,
}

/// Shows the parts of each of the `shifts`. A click opens the history of `view` with the parts of one.
pub(super) fn shifts(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    (statistics, shifts): (&Statistics, &[Hours]),
    view: &HistoryView,
) {
    let shifts = shifts.iter().filter(|shift| view.hours.is_none_or(|one| one == **shift));
    let groups = shifts.map(|shift| Group {
        name: shift.to_string(),
        whole: cx.text("dashboard-open-history"),
        counts: in_hours(&statistics.hours, *shift),
        view: HistoryView { hours: Some(*shift), ..view.clone() },
    });
    let groups: Vec<Group> = groups.collect();
    table(ui, cx, ("dashboard-by-shift", "dashboard-shift"), groups);
}

/// Shows the parts of the last lots, like [`shifts`].
pub(super) fn lots(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    statistics: &Statistics,
    view: &HistoryView,
) {
    let groups = statistics.lots.iter().map(|lot| Group {
        name: folder_name(&lot.folder),
        whole: lot.folder.clone(),
        counts: [lot.parts, lot.ng, lot.unsure],
        view: HistoryView { text: lot.folder.clone(), ..view.clone() },
    });
    table(ui, cx, ("dashboard-by-lot", "dashboard-lot"), groups.collect());
}

/// A table with a row for each group.
fn table(
    ui: &mut Ui,
    cx: &mut TabContext<'_>,
    (title, column): (&'static str, &str),
    groups: Vec<Group>,
) {
    ui.add_space(8.0);
    ui.strong(cx.text(title));
    Grid::new(title).num_columns(5).striped(true).show(ui, |ui| {
        for id in [column, "dashboard-parts", "verdict-ng", "verdict-unsure", "dashboard-ng-share"]
        {
            ui.strong(cx.text(id));
        }
        ui.end_row();
        for Group { name, whole, counts: [parts, ng, unsure], view } in groups {
            let link = ui.link(&name).on_hover_text(whole);
            if link.clicked() {
                cx.send(Command::ShowHistory(view));
            }
            for count in [parts, ng, unsure] {
                ui.label(count.to_string());
            }
            let percent = 100.0 * ng as f64 / parts.max(1) as f64;
            let values = [("percent", Value::Number { value: percent, digits: 1 })];
            ui.label(match parts {
                0 => "–".to_owned(),
                _ => cx.localizer.with("scores-percent", &values),
            });
            ui.end_row();
        }
    });
}

/// Parts, NG and unsure ones of the hours of a shift.
fn in_hours(counts: &[HourCount], shift: Hours) -> [usize; 3] {
    let of_shift = counts.iter().filter(|count| shift.contain(count.hour));
    of_shift.fold([0; 3], |[parts, ng, unsure], one| {
        [parts + one.parts, ng + one.ng, unsure + one.unsure]
    })
}

/// The own name of a folder.
fn folder_name(folder: &str) -> String {
    let trimmed = folder.trim_end_matches(['/', '\\']);
    let name = trimmed.rsplit(['/', '\\']).next().filter(|name| !name.is_empty());
    name.unwrap_or(folder).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_belong_to_one_shift_and_folders_have_names() {
        let one = |hour, parts, ng| HourCount { hour, parts, ng, unsure: 1 };
        let counts = [one(5, 4, 2), one(6, 10, 1), one(13, 7, 0), one(23, 3, 3)];
        let shift = |begin, end| in_hours(&counts, Hours { begin, end });
        assert_eq!(shift(6, 14), [17, 1, 2]);
        assert_eq!(shift(22, 6), [7, 5, 2]);
        assert_eq!(shift(14, 22), [0, 0, 0]);
        for (folder, name) in [
            ("/line/lot 4711/", "lot 4711"),
            ("C:\\line\\4712\\", "4712"),
            ("/", "/"),
            ("", ""),
            ("로트 3/", "로트 3"),
        ] {
            assert_eq!(folder_name(folder), name, "{folder}");
        }
    }
}
