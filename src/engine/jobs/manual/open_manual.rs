//! Listing the manuals of a product, and opening one.

use super::in_force::manuals_in_force;
use super::manual_file::read_manual_file;
use super::manual_text::manual_text;
use crate::error::{EngineError, Result};
use crate::jobs::registration::catalogue::require_product;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    ManualFormat, ManualId, ManualText, ProductCode, RegisteredManual, Role, SizePt,
};
use fettle_manuals::page_sizes;

/// Lists the manuals of a product that are in force, oldest first.
#[derive(Debug, Clone)]
pub struct ListManuals(pub ProductCode);

impl Request for ListManuals {
    type Answer = Vec<RegisteredManual>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "list-manuals"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<RegisteredManual>> {
        require_product(job, &self.0)?;
        manuals_in_force(job, Some(self.0))
    }
}

/// Opens a version of a manual, in force or not. Each version has its own id, so a citation finds the
/// version that it cited.
#[derive(Debug, Clone, Copy)]
pub struct OpenManual(pub ManualId);

/// An opened manual.
#[derive(Debug)]
pub struct OpenedManual {
    /// The manual.
    pub manual: RegisteredManual,
    /// The text; where the file is gone or changed, the stored text of this version.
    pub text: Option<ManualText>,
    /// Size of each page; empty for a format without pages, or where pages cannot be rendered.
    pub pages: Vec<SizePt>,
    /// Why text or pages are missing.
    pub problems: Vec<EngineError>,
}

impl Request for OpenManual {
    type Answer = OpenedManual;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "open-manual"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<OpenedManual> {
        let Self(id) = self;
        let manual = job.library(move |library| library.manual(id))?;
        let mut problems = Vec::new();
        let (text, pages) = match read_manual_file(job, &manual) {
            Ok((path, bytes)) => {
                let text = or_problem(manual_text(job, &manual), &mut problems)?;
                let pages = match ManualFormat::of_stored(&manual.path) {
                    ManualFormat::Pdf => page_sizes(&path, bytes).map_err(EngineError::from),
                    _ => Ok(Vec::new()),
                };
                (text, or_problem(pages, &mut problems)?.unwrap_or_default())
            }
            Err(error) => {
                problems.push(error);
                let stored = job.library(move |library| library.manual_text(id))?;
                let stored = stored.filter(|stored| stored.content_hash == manual.content_hash);
                (stored.map(|stored| stored.text), Vec::new())
            }
        };
        Ok(OpenedManual { manual, text, pages, problems })
    }
}

/// The value of `answer`; a local error is added to `problems`.
fn or_problem<R>(answer: Result<R>, problems: &mut Vec<EngineError>) -> Result<Option<R>> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_recoverable() => {
            problems.push(error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AddProduct, Engine, EngineOptions, ManualPage, RegisterManual};
    use fettle_domain::{Language, Product};
    use fettle_library::Library;
    use fettle_manuals::ManualsError;
    use fettle_settings::{Settings, Workspace};
    use fettle_testing::documents::{fonts, page, pdf};

    fn submit<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
        engine.submit(request).unwrap().wait(|_| {})
    }

    #[test]
    fn a_version_keeps_its_text_and_is_rendered_while_its_file_is_unchanged() {
        let Some(fonts) = fonts() else { return };
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path().join("workspace"));
        workspace.create().unwrap();
        let root = workspace.root().to_owned();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let code = ProductCode::new("part").unwrap();
        let (name_ko, name_en) = (String::new(), String::new());
        submit(&engine, AddProduct(Product { code: code.clone(), name_ko, name_en })).unwrap();
        assert!(submit(&engine, ListManuals(code.clone())).unwrap().is_empty());

        let lines = ["# Hole", "발생 원인", "• 탈기 불량", "조치 가이드", "• 탈기 강화"];
        let two = pdf(&fonts, &[page(&lines), page(&["• 온도 유지"])], false);
        let path = dir.path().join("manual.pdf");
        std::fs::write(&path, &two).unwrap();
        submit(&engine, RegisterManual { product: code.clone(), path: path.clone() }).unwrap();
        let manual = submit(&engine, ListManuals(code.clone())).unwrap().remove(0);
        let opened = submit(&engine, OpenManual(manual.id)).unwrap();
        let a4 = SizePt { width: 595.0, height: 842.0 };
        assert_eq!((opened.manual, opened.pages), (manual.clone(), vec![a4, a4]));
        assert!(opened.problems.is_empty());
        let text = opened.text.unwrap();
        assert_eq!(text.sections[0].heading, "Hole");
        let drawn =
            |page| submit(&engine, ManualPage { manual: manual.clone(), page, width_px: 595 });
        assert_eq!(drawn(2).unwrap().dimensions(), (595, 842));
        let error = drawn(3).unwrap_err();
        assert!(matches!(error, EngineError::Manuals(ManualsError::NoPage { pages: 2, .. })));

        // The file is overwritten: the text is still that of the requested version.
        let file = root.join(&manual.path);
        std::fs::write(&file, pdf(&fonts, &[page(&["# Other"])], false)).unwrap();
        assert!(matches!(drawn(1), Err(EngineError::ManualChanged(_))));
        let opened = submit(&engine, OpenManual(manual.id)).unwrap();
        assert_eq!((opened.text.as_ref(), opened.pages.len()), (Some(&text), 0));
        assert!(matches!(opened.problems[..], [EngineError::ManualChanged(_)]));

        std::fs::remove_file(&file).unwrap();
        assert!(matches!(drawn(1), Err(EngineError::ManualGone(_))));
        let opened = submit(&engine, OpenManual(manual.id)).unwrap();
        assert_eq!(opened.text, Some(text));
        assert!(matches!(opened.problems[..], [EngineError::ManualGone(_)]));

        // A scan without text, registered from the folder: its pages can be rendered.
        let file = root.join("manual_store/part_scan.pdf");
        std::fs::write(&file, pdf(&fonts, &[Vec::new()], false)).unwrap();
        let mut library = Library::open(&root).unwrap();
        let scan = library.register_manual(&code, &file).unwrap().id();
        let opened = submit(&engine, OpenManual(scan)).unwrap();
        assert_eq!((opened.text, opened.pages), (None, vec![a4]));
        let [EngineError::Manuals(ManualsError::NoText { .. })] = opened.problems[..] else {
            panic!("{:?}", opened.problems);
        };
    }
}
