//! Listing and removing versions of manuals.

use serde::Serialize;

use super::in_force::refresh_manuals;
use crate::error::Result;
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ManualId, ProductCode, RegisteredManual, Role};

/// Lists every version of the manuals of a product, or of all products, oldest first.
#[derive(Debug, Clone)]
pub struct ListManualVersions(pub Option<ProductCode>);

/// One version of a manual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ManualVersion {
    /// The manual.
    pub manual: RegisteredManual,
    /// Time of the registration, RFC 3339.
    pub added_at: String,
    /// Time of the replacement or removal, RFC 3339; `None`: in force.
    pub replaced_at: Option<String>,
    /// Number of parsed sections; `None` where the manual was never parsed.
    pub sections: Option<usize>,
    /// Number of inspections that cite this version.
    pub cited: usize,
}

impl Request for ListManualVersions {
    type Answer = Vec<ManualVersion>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-manual-versions"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<ManualVersion>> {
        if let Some(product) = &self.0 {
            require_product(job, product)?;
        }
        refresh_manuals(job, self.0.clone())?;
        job.library(move |library| {
            let cited = library.manual_citations()?;
            let mut versions = Vec::new();
            for product in library.products()? {
                if self.0.as_ref().is_some_and(|wanted| *wanted != product.code) {
                    continue;
                }
                for version in library.manual_versions(&product.code)? {
                    let id = version.manual.id;
                    let text = library.manual_text(id)?.map(|stored| stored.text);
                    versions.push(ManualVersion {
                        manual: version.manual,
                        added_at: version.added_at,
                        replaced_at: version.replaced_at,
                        sections: text.map(|text| text.sections.len()),
                        cited: cited.get(&id).copied().unwrap_or(0),
                    });
                }
            }
            Ok(versions)
        })
    }
}

/// Puts a manual out of force without a replacement. The file and the parsed text stay, for the
/// reports that cite the manual.
#[derive(Debug, Clone, Copy)]
pub struct RemoveManual(pub ManualId);

impl Request for RemoveManual {
    type Answer = RegisteredManual;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "remove-manual"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<RegisteredManual> {
        let Self(id) = self;
        job.library(move |library| {
            library.remove_manual(id)?;
            library.manual(id)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::error::EngineError;
    use crate::jobs::inspection::manual_section::find_section;
    use crate::{
        AddDefectType, AddProduct, Engine, EngineOptions, ListManuals, OpenManual, PreviewManual,
        RegisterManual,
    };
    use fettle_domain::{DefectCode, Language, ManualFinding, Product, Stage};
    use fettle_settings::{Settings, Workspace};
    use fettle_testing::documents::docx_of;

    fn submit<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
        engine.submit(request).unwrap().wait(|_| {})
    }

    fn part() -> ProductCode {
        ProductCode::new("part").unwrap()
    }

    fn hole() -> DefectCode {
        DefectCode::new("hole").unwrap()
    }

    fn start_engine(dir: &Path) -> Engine {
        let workspace = Workspace::at(dir.join("workspace"));
        workspace.create().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let (name_ko, name_en) = (String::new(), String::new());
        submit(&engine, AddProduct(Product { code: part(), name_ko, name_en })).unwrap();
        let name_ko = Some("기공".to_owned());
        let (product, code, name_en, full_name) = (part(), hole(), None, None);
        submit(&engine, AddDefectType { product, code, name_ko, name_en, full_name }).unwrap();
        engine
    }

    fn says(cause: &str) -> String {
        format!("기공\n원인\n- {cause}\n조치\n- 탈기 강화\n")
    }

    /// Looks up the section of an inspection, with its notices.
    struct LookUp;

    impl Request for LookUp {
        type Answer = (Stage<ManualFinding>, Vec<String>);
        type Event = NoEvent;

        fn name(&self) -> &'static str {
            "look-up"
        }

        fn role(&self) -> Role {
            Role::Operator
        }

        fn run(self, job: &JobContext) -> Result<Self::Answer> {
            let mut notices = Vec::new();
            let wanted = job.library(|library| library.defect_type(&part(), &hole()))?;
            let found = find_section(job, &wanted, &mut notices)?;
            Ok((found, notices))
        }
    }

    fn found(engine: &Engine) -> (ManualFinding, Vec<String>) {
        match submit(engine, LookUp).unwrap() {
            (Stage::Done(finding), notices) => (finding, notices),
            other => panic!("{other:?}"),
        }
    }

    fn add(engine: &Engine, path: &Path, bytes: &[u8]) -> RegisteredManual {
        std::fs::write(path, bytes).unwrap();
        let request = RegisterManual { product: part(), path: path.to_owned() };
        submit(engine, request).unwrap().manual
    }

    #[test]
    fn a_changed_file_becomes_the_next_version_and_the_old_text_stays() {
        let dir = tempfile::tempdir().unwrap();
        let engine = start_engine(dir.path());
        let first = add(&engine, &dir.path().join("a.txt"), says("탈기 불량").as_bytes());
        let file = engine.workspace().file(&first.path);
        let (finding, notices) = found(&engine);
        assert_eq!(
            (finding.manual, finding.section.causes[0].text.as_str()),
            (first.id, "탈기 불량")
        );
        assert!(notices.is_empty() && finding.registered_at.is_some());

        std::fs::write(&file, says("습기")).unwrap();
        let (finding, notices) = found(&engine);
        assert_eq!(finding.section.causes[0].text, "습기");
        assert_eq!(finding.path, first.path);
        assert!(notices[0].contains("new version (1 section)"), "{notices:?}");
        let second = finding.manual;
        assert_eq!(found(&engine).1, [""; 0]);
        // A citation of the first version still finds its text.
        let opened = submit(&engine, OpenManual(first.id)).unwrap();
        assert_eq!(opened.text.unwrap().sections[0].causes[0].text, "탈기 불량");
        assert!(matches!(opened.problems[..], [EngineError::ManualChanged(_)]));

        // While the file cannot be parsed, or is gone, the last version stays in force.
        std::fs::write(&file, b"\0\0\0").unwrap();
        let (finding, notices) = found(&engine);
        assert_eq!((finding.manual, finding.section.causes[0].text.as_str()), (second, "습기"));
        assert!(notices[0].contains("as it was read before"), "{notices:?}");
        std::fs::remove_file(&file).unwrap();
        assert_eq!(found(&engine).0.manual, second);

        let versions = submit(&engine, ListManualVersions(Some(part()))).unwrap();
        let listed: Vec<_> =
            versions.iter().map(|v| (v.manual.id, v.replaced_at.is_none(), v.sections)).collect();
        assert_eq!(listed, [(first.id, false, Some(1)), (second, true, Some(1))]);
        submit(&engine, RemoveManual(second)).unwrap();
        assert!(submit(&engine, ListManuals(part())).unwrap().is_empty());
        assert!(submit(&engine, RemoveManual(second)).is_err());
        let opened = submit(&engine, OpenManual(second)).unwrap();
        assert_eq!(opened.text.unwrap().sections[0].causes[0].text, "습기");
    }

    #[test]
    fn the_newest_manual_is_used_and_the_others_are_listed() {
        let dir = tempfile::tempdir().unwrap();
        let engine = start_engine(dir.path());
        let old = add(&engine, &dir.path().join("a.txt"), says("탈기 불량").as_bytes());
        add(&engine, &dir.path().join("b.txt"), "긁힘\n원인\n- 충돌\n조치\n- 패드\n".as_bytes());
        let items = ["기공", "원인", "습기", "조치", "건조"];
        let word = add(&engine, &dir.path().join("c.docx"), &docx_of(&items));
        let (finding, _) = found(&engine);
        assert_eq!((finding.manual, finding.section.page), (word.id, 1));
        let [other] = &finding.others[..] else { panic!("{:?}", finding.others) };
        assert_eq!((other.manual, other.heading.as_str(), other.page), (old.id, "기공", 1));
        // A Word document has no pages to render, which is no problem.
        let opened = submit(&engine, OpenManual(word.id)).unwrap();
        assert!(opened.pages.is_empty() && opened.problems.is_empty() && opened.text.is_some());
        let path = dir.path().join("c.docx");
        let preview = submit(&engine, PreviewManual { path, width_px: 9, max_lines: 2 }).unwrap();
        assert_eq!((preview.pages, preview.lines.len(), preview.first), (5, 2, None));
    }
}
