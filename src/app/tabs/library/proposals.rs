//! Defect types that the manuals of a product have sections about and that nobody registered.

use egui::{Button, Ui};

use crate::loadable::Loadable;
use crate::tab_context::TabContext;
use fettle_domain::{ProductCode, ProductSection};
use fettle_engine::ListSections;

/// Most proposals that are shown at once.
const MOST: usize = 8;

/// The headings of a product's manuals.
#[derive(Default)]
pub(super) struct DefectProposals {
    sections: Loadable<Vec<ProductSection>>,
}

impl DefectProposals {
    /// Forgets what was listed.
    pub(super) fn reset(&mut self) {
        self.sections = Loadable::default();
    }

    pub(super) fn poll(&mut self, cx: &TabContext<'_>) {
        self.sections.poll(cx);
    }

    /// Shows a button for each heading that names no registered defect. Returns the one pressed.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        cx: &mut TabContext<'_>,
        product: &ProductCode,
        has_manual: bool,
    ) -> Option<String> {
        if !has_manual {
            return None;
        }
        self.sections.load_once(cx, ListSections(Some(product.clone())));
        let headings = unknown_headings(self.sections.answer()?);
        if headings.is_empty() {
            return None;
        }
        let mut pressed = None;
        ui.horizontal_wrapped(|ui| {
            ui.label(cx.text("defects-in-manual"));
            for heading in headings.iter().take(MOST) {
                let hint =
                    cx.localizer.with("defects-propose", &[("name", heading.clone().into())]);
                let button = ui.add(Button::new(format!("+ {heading}")).small().truncate());
                if button.on_hover_text(hint).clicked() {
                    pressed = Some(heading.clone());
                }
            }
            let more = headings.len().saturating_sub(MOST);
            if more > 0 {
                ui.weak(format!("+{more}"));
            }
        });
        pressed
    }
}

/// Headings without a registered defect, each once.
fn unknown_headings(sections: &[ProductSection]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for section in sections.iter().filter(|section| section.defect.is_none()) {
        if !found.contains(&section.heading) {
            found.push(section.heading.clone());
        }
    }
    found
}

/// Korean name, English name and code that a heading such as `hole (기공)` or `3. 기공 (Gas hole)`
/// proposes; empty where it does not say one.
pub(super) fn names_of(heading: &str) -> (String, String, String) {
    let is_hangul = |c: char| ('가'..='힣').contains(&c);
    let heading = heading.trim_start_matches(|c: char| c.is_numeric() || " .-)(①②③④⑤".contains(c));
    let parts = heading.split(['(', ')', '/', ',', '·', '[', ']']).map(str::trim);
    let (mut ko, mut en) = (String::new(), String::new());
    for part in parts.filter(|part| !part.is_empty()) {
        let has_hangul = part.chars().any(is_hangul);
        if has_hangul && ko.is_empty() {
            ko = part.to_owned();
        } else if !has_hangul && en.is_empty() && part.chars().any(|c| c.is_ascii_alphabetic()) {
            en = part.to_owned();
        }
    }
    let code: String = en
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    let code = code.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    (ko, en, code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_domain::DefectCode;

    #[test]
    fn a_heading_proposes_names_and_a_code() {
        for (heading, ko, en, code) in [
            ("hole (기공)", "기공", "hole", "hole"),
            ("3. 기공 (Gas hole)", "기공", "Gas hole", "gas-hole"),
            ("균열", "균열", "", ""),
            ("Cold shut", "", "Cold shut", "cold-shut"),
            ("2) 표면 긁힘 / Scratch", "표면 긁힘", "Scratch", "scratch"),
        ] {
            let found = names_of(heading);
            assert_eq!(found, (ko.to_owned(), en.to_owned(), code.to_owned()), "{heading}");
            assert!(code.is_empty() || DefectCode::new(code).is_ok());
        }
    }

    #[test]
    fn each_unknown_heading_is_proposed_once() {
        let section = |heading: &str, defect: Option<&str>| ProductSection {
            product: "part".parse().unwrap(),
            heading: heading.to_owned(),
            defect: defect.map(|code| code.parse().unwrap()),
        };
        let sections = [
            section("hole (기공)", Some("hole")),
            section("균열", None),
            section("burr", None),
            section("균열", None),
        ];
        assert_eq!(unknown_headings(&sections), ["균열", "burr"]);
    }
}
