//! The versions of manuals: what became of a file that somebody changed, and which there were.

use serde::Serialize;

use super::manual_page::file_of;
use super::manuals::understood;
use crate::error::{EngineError, Result};
use crate::request::{JobContext, Request};
use fettle_domain::{Language, ManualId, ProductCode, RegisteredManual};
use fettle_library::{LibraryError, content_hash};
use fettle_manuals::{PARSER_VERSION, read_file};

/// What was found changed about a manual in force.
#[derive(Debug)]
pub(super) enum Change {
    /// Its file is another one: it is the next version, and was read.
    Renewed {
        /// The file, relative to the workspace.
        path: String,
        /// How many sections the new version has.
        sections: usize,
    },
    /// Its file is another one that cannot be read, or is gone: the version before stays.
    Kept {
        /// The file, relative to the workspace.
        path: String,
        /// Why.
        error: EngineError,
    },
}

impl Change {
    /// For a person.
    pub(super) fn explain(&self, language: Language) -> String {
        match self {
            Self::Renewed { path, sections } => {
                let values = [("path", path.clone().into()), ("sections", (*sections).into())];
                fettle_i18n::text_with(language, "notice-manual-renewed", &values)
            }
            Self::Kept { path, error } => {
                let reason = error.explain(language);
                let values = [("path", path.clone().into()), ("reason", reason.into())];
                fettle_i18n::text_with(language, "notice-manual-kept", &values)
            }
        }
    }
}

/// The manuals in force of `product`, or of all, oldest first, once every file that somebody
/// has changed is registered as the next version; and what was found changed.
pub(super) fn in_force(
    job: &JobContext,
    product: Option<ProductCode>,
) -> Result<(Vec<RegisteredManual>, Vec<Change>)> {
    let listed = listed(job, product.clone())?;
    let (mut changes, mut is_new) = (Vec::new(), false);
    for manual in &listed {
        job.check()?;
        let path = manual.path.clone();
        match file_of(job, manual) {
            Ok(_) => {}
            Err(EngineError::ManualChanged(_)) => match renewed(job, manual) {
                Ok(sections) => {
                    is_new = true;
                    changes.push(Change::Renewed { path, sections });
                }
                // Another process was quicker.
                Err(EngineError::Library(LibraryError::UnknownManual(_))) => is_new = true,
                Err(error) if error.is_local() => changes.push(Change::Kept { path, error }),
                Err(error) => return Err(error),
            },
            Err(error) if error.is_local() => changes.push(Change::Kept { path, error }),
            Err(error) => return Err(error),
        }
    }
    Ok((if is_new { self::listed(job, product)? } else { listed }, changes))
}

fn listed(job: &JobContext, product: Option<ProductCode>) -> Result<Vec<RegisteredManual>> {
    job.shared.library(move |library| {
        let products = match product {
            Some(product) => vec![product],
            None => library.products()?.into_iter().map(|product| product.code).collect(),
        };
        let mut manuals = Vec::new();
        for product in products {
            manuals.extend(library.manuals(&product)?);
        }
        Ok(manuals)
    })
}

/// Reads the file as it is now and registers just these bytes; how many sections it has.
fn renewed(job: &JobContext, manual: &RegisteredManual) -> Result<usize> {
    job.report("progress-manual", &manual.path, 0, 1);
    let path = job.shared.workspace.root().join(&manual.path);
    let bytes = read_file(&path)?;
    let product = manual.product.clone();
    let defects = job.shared.library(move |library| library.defect_types(&product))?;
    let text = understood(job, &path, &bytes, &defects)?;
    let sections = text.sections.len();
    let (id, hash) = (manual.id, content_hash(&bytes));
    job.shared.library(move |library| library.renew_manual(id, &hash, (PARSER_VERSION, &text)))?;
    Ok(sections)
}

/// Lists every version of the manuals of a product, or of all products, oldest first.
#[derive(Debug, Clone)]
pub struct ListManualVersions(pub Option<ProductCode>);

/// One version of a manual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ManualVersion {
    /// The manual.
    pub manual: RegisteredManual,
    /// When it was registered, RFC 3339.
    pub added_at: String,
    /// When another version or nothing took its place, RFC 3339; `None`: it is in force.
    pub replaced_at: Option<String>,
    /// How many sections were read from it; `None` where it was never read.
    pub sections: Option<usize>,
    /// How many inspections cite it.
    pub cited: usize,
}

impl Request for ListManualVersions {
    type Answer = Vec<ManualVersion>;

    fn name(&self) -> &'static str {
        "list-manual-versions"
    }

    fn run(self, job: &JobContext) -> Result<Vec<ManualVersion>> {
        if let Some(product) = &self.0 {
            super::catalogue::require_product(job, product)?;
        }
        in_force(job, self.0.clone())?;
        job.shared.library(move |library| {
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

/// Puts a manual out of force without another in its place. Its file stays, and what was read
/// of it, for the reports that cite it.
#[derive(Debug, Clone, Copy)]
pub struct RemoveManual(pub ManualId);

impl Request for RemoveManual {
    type Answer = RegisteredManual;

    fn name(&self) -> &'static str {
        "remove-manual"
    }

    fn run(self, job: &JobContext) -> Result<RegisteredManual> {
        let Self(id) = self;
        job.shared.library(move |library| {
            library.remove_manual(id)?;
            library.manual(id)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::jobs::inspect::find_section;
    use crate::{
        AddDefectType, AddProduct, Engine, EngineOptions, ListManuals, OpenManual, PreviewManual,
        RegisterManual,
    };
    use fettle_domain::{DefectCode, ManualFinding, Product, Stage};
    use fettle_settings::{Settings, Workspace};
    use fettle_testing::documents::docx_of;

    fn ask<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
        engine.submit(request).unwrap().wait(|_| {})
    }

    fn part() -> ProductCode {
        ProductCode::new("part").unwrap()
    }

    fn hole() -> DefectCode {
        DefectCode::new("hole").unwrap()
    }

    fn started(dir: &Path) -> Engine {
        let workspace = Workspace::at(dir.join("workspace"));
        workspace.create().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let (name_ko, name_en) = (String::new(), String::new());
        ask(&engine, AddProduct(Product { code: part(), name_ko, name_en })).unwrap();
        let name_ko = Some("기공".to_owned());
        let (product, code, name_en, full_name) = (part(), hole(), None, None);
        ask(&engine, AddDefectType { product, code, name_ko, name_en, full_name }).unwrap();
        engine
    }

    fn says(cause: &str) -> String {
        format!("기공\n원인\n- {cause}\n조치\n- 탈기 강화\n")
    }

    /// What an inspection finds in the manuals, and what it says beside it.
    struct LookUp;

    impl Request for LookUp {
        type Answer = (Stage<ManualFinding>, Vec<String>);

        fn name(&self) -> &'static str {
            "look-up"
        }

        fn run(self, job: &JobContext) -> Result<Self::Answer> {
            let mut notices = Vec::new();
            let wanted = job.shared.library(|library| library.defect_type(&part(), &hole()))?;
            let found = find_section(job, &wanted, &mut notices)?;
            Ok((found, notices))
        }
    }

    fn found(engine: &Engine) -> (ManualFinding, Vec<String>) {
        match ask(engine, LookUp).unwrap() {
            (Stage::Done(finding), notices) => (finding, notices),
            other => panic!("{other:?}"),
        }
    }

    fn add(engine: &Engine, path: &Path, bytes: &[u8]) -> RegisteredManual {
        std::fs::write(path, bytes).unwrap();
        let request = RegisterManual { product: part(), path: path.to_owned() };
        ask(engine, request).unwrap().manual
    }

    #[test]
    fn a_file_that_somebody_changed_is_read_anew_and_its_old_text_stays() {
        let dir = tempfile::tempdir().unwrap();
        let engine = started(dir.path());
        let first = add(&engine, &dir.path().join("a.txt"), says("탈기 불량").as_bytes());
        let file = engine.workspace().root().join(&first.path);
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
        assert!(notices[0].contains("new version (1 sections)"), "{notices:?}");
        let second = finding.manual;
        assert_eq!(found(&engine).1, [""; 0]);
        // What cited the first version still finds it.
        let opened = ask(&engine, OpenManual(first.id)).unwrap();
        assert_eq!(opened.text.unwrap().sections[0].causes[0].text, "탈기 불량");
        assert!(matches!(opened.problems[..], [EngineError::ManualChanged(_)]));

        // While it cannot be read, or is gone, it says what it said last.
        std::fs::write(&file, b"\0\0\0").unwrap();
        let (finding, notices) = found(&engine);
        assert_eq!((finding.manual, finding.section.causes[0].text.as_str()), (second, "습기"));
        assert!(notices[0].contains("as it was read before"), "{notices:?}");
        std::fs::remove_file(&file).unwrap();
        assert_eq!(found(&engine).0.manual, second);

        let versions = ask(&engine, ListManualVersions(Some(part()))).unwrap();
        let listed: Vec<_> =
            versions.iter().map(|v| (v.manual.id, v.replaced_at.is_none(), v.sections)).collect();
        assert_eq!(listed, [(first.id, false, Some(1)), (second, true, Some(1))]);
        ask(&engine, RemoveManual(second)).unwrap();
        assert!(ask(&engine, ListManuals(part())).unwrap().is_empty());
        assert!(ask(&engine, RemoveManual(second)).is_err());
        let opened = ask(&engine, OpenManual(second)).unwrap();
        assert_eq!(opened.text.unwrap().sections[0].causes[0].text, "습기");
    }

    #[test]
    fn the_newest_manual_speaks_and_the_others_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let engine = started(dir.path());
        let old = add(&engine, &dir.path().join("a.txt"), says("탈기 불량").as_bytes());
        add(&engine, &dir.path().join("b.txt"), "긁힘\n원인\n- 충돌\n조치\n- 패드\n".as_bytes());
        let items = ["기공", "원인", "습기", "조치", "건조"];
        let word = add(&engine, &dir.path().join("c.docx"), &docx_of(&items));
        let (finding, _) = found(&engine);
        assert_eq!((finding.manual, finding.section.page), (word.id, 1));
        let [other] = &finding.others[..] else { panic!("{:?}", finding.others) };
        assert_eq!((other.manual, other.heading.as_str(), other.page), (old.id, "기공", 1));
        // It has no pages to be drawn, and that is no problem.
        let opened = ask(&engine, OpenManual(word.id)).unwrap();
        assert!(opened.pages.is_empty() && opened.problems.is_empty() && opened.text.is_some());
        let path = dir.path().join("c.docx");
        let preview = ask(&engine, PreviewManual { path, width_px: 9, most: 2 }).unwrap();
        assert_eq!((preview.pages, preview.lines.len(), preview.first), (5, 2, None));
    }
}
