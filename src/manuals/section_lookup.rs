//! Lookup of the section about a defect.

use fettle_domain::{DefectType, ManualText, Section};

use super::defect_names::DefectNameIndex;

/// The section of `manual` about `defect`, or `None` if the manual has none. Where there are several,
/// the statements of the others follow those of the first.
///
/// Sections with the code of the defect come first. Without any, the sections whose headings name
/// the defect: it may have been registered after the manual was parsed.
pub fn find_section(manual: &ManualText, defect: &DefectType) -> Option<Section> {
    let has_code = |section: &&Section| section.defect.as_ref() == Some(&defect.code);
    let by_code = manual.sections.iter().filter(has_code);
    joined(by_code).or_else(|| {
        let names = DefectNameIndex::new(std::slice::from_ref(defect));
        let unnamed = manual.sections.iter().filter(|section| section.defect.is_none());
        joined(unnamed.filter(|section| names.find(&section.heading).is_some()))
    })
}

/// The first section with the statements of all.
fn joined<'a>(mut sections: impl Iterator<Item = &'a Section>) -> Option<Section> {
    let mut first = sections.next()?.clone();
    for other in sections {
        first.causes.extend_from_slice(&other.causes);
        first.actions.extend_from_slice(&other.actions);
        first.parts.extend_from_slice(&other.parts);
        first.figures.extend_from_slice(&other.figures);
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fettle_testing::documents::{defect, section};

    #[test]
    fn by_code_first_then_by_heading() {
        let manual = ManualText {
            page_count: 1,
            sections: vec![
                section("hole", "hole (기공)"),
                Section { defect: None, ..section("x", "Scratch (긁힘)") },
            ],
            summary: Vec::new(),
            passages: Vec::new(),
            warnings: Vec::new(),
        };
        for (code, name_ko, expected) in [
            ("hole", "기공", Some("hole (기공)")),
            ("scr", "긁힘", Some("Scratch (긁힘)")),
            ("burr", "날개 버", None),
        ] {
            let found = find_section(&manual, &defect(code, name_ko, code, code));
            assert_eq!(found.map(|section| section.heading).as_deref(), expected);
        }
    }

    #[test]
    fn a_second_section_about_a_defect_is_not_lost() {
        let manual = ManualText {
            page_count: 2,
            sections: vec![
                section("hole", "hole (기공)"),
                section("burr", "burr (버)"),
                section("hole", "기공 (추가)"),
            ],
            summary: Vec::new(),
            passages: Vec::new(),
            warnings: Vec::new(),
        };
        let found = find_section(&manual, &defect("hole", "기공", "hole", "hole")).unwrap();
        let one = &manual.sections[0];
        assert_eq!(found.heading, "hole (기공)");
        assert_eq!(found.actions.len(), 2 * one.actions.len());
        assert_eq!(found.causes.len(), 2 * one.causes.len());
    }
}
