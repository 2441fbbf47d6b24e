//! Lookup of the section about a defect.

use fettle_domain::{DefectType, ManualText, Section};

use super::defect_names::DefectNameIndex;

/// The section of `manual` about `defect`, or `None` if the manual has none.
///
/// A section with the code of the defect comes first. Otherwise the first section whose heading
/// names the defect: the defect may have been registered after the manual was parsed.
pub fn find_section<'a>(manual: &'a ManualText, defect: &DefectType) -> Option<&'a Section> {
    let has_code = |section: &&Section| section.defect.as_ref() == Some(&defect.code);
    if let Some(section) = manual.sections.iter().find(has_code) {
        return Some(section);
    }
    let names = DefectNameIndex::new(std::slice::from_ref(defect));
    let unnamed = manual.sections.iter().filter(|section| section.defect.is_none());
    unnamed.into_iter().find(|section| names.find(&section.heading).is_some())
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
            assert_eq!(found.map(|s| s.heading.as_str()), expected);
        }
    }
}
