//! Undoing a registration right after it.

use super::index::{BuildIndex, IndexInfo};
use crate::error::Result;
use crate::request::{JobContext, Request};
use fettle_domain::{
    DefectCode, ImageId, ImageLabel, ManualId, ProductCode, RectPx, RegisteredImage,
};
use fettle_library::LibraryError;

/// Undoes a registration, where nothing depends on it since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakeBack {
    /// Takes images out again, and out of the index of known defects.
    Images {
        /// These.
        new: Vec<ImageId>,
        /// Others, which were registered before, get the regions that they had.
        redrawn: Vec<(ImageId, Option<RectPx>)>,
    },
    /// Takes a new product out again.
    Product(ProductCode),
    /// Takes a new defect type out again.
    DefectType(ProductCode, DefectCode),
    /// Puts a new manual out of force again, and those that it replaced back into force.
    Manual {
        /// The new one.
        new: ManualId,
        /// Those that it replaced.
        replaced: Vec<ManualId>,
    },
}

/// What was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// What was asked for.
    pub what: TakeBack,
    /// How many images it concerned. One that somebody removed meanwhile does not count.
    pub images: usize,
}

impl Request for TakeBack {
    type Answer = TakenBack;

    fn name(&self) -> &'static str {
        "take-back"
    }

    fn run(self, job: &JobContext) -> Result<TakenBack> {
        let what = self.clone();
        let images = match self {
            Self::Images { new, redrawn } => images(job, new, redrawn)?,
            Self::Product(code) => {
                job.shared.library(move |library| library.remove_product(&code)).map(|()| 0)?
            }
            Self::DefectType(product, code) => job
                .shared
                .library(move |library| library.remove_defect_type(&product, &code))
                .map(|()| 0)?,
            Self::Manual { new, replaced } => job
                .shared
                .library(move |library| library.take_back_manual(new, &replaced))
                .map(|()| 0)?,
        };
        Ok(TakenBack { what, images })
    }
}

fn images(
    job: &JobContext,
    new: Vec<ImageId>,
    redrawn: Vec<(ImageId, Option<RectPx>)>,
) -> Result<usize> {
    let undone = job.shared.library(move |library| {
        let mut undone = Vec::new();
        for (id, before) in redrawn {
            if let Some(image) = library.registered_image(id)? {
                library.draw_region(id, before)?;
                undone.push(image);
            }
        }
        for id in new {
            if let Some(image) = library.registered_image(id)? {
                library.remove_image(id)?;
                undone.push(image);
            }
        }
        Ok::<_, LibraryError>(undone)
    })?;
    let is_defect = |image: &RegisteredImage| image.label != ImageLabel::Normal;
    if undone.iter().any(is_defect) && IndexInfo.run(job)?.is_some() {
        BuildIndex { rebuild: false }.run(job)?;
    }
    Ok(undone.len())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{AddDefectType, AddProduct, Engine, EngineError, EngineOptions, RegisterImages};
    use fettle_domain::{Language, Product};
    use fettle_library::Library;
    use fettle_settings::{Settings, Workspace};

    fn started(dir: &Path) -> Engine {
        let workspace = Workspace::at(dir.join("workspace")).with_models(dir);
        workspace.create().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        Engine::start(workspace, Settings::default(), options).unwrap()
    }

    fn ask<R: Request>(engine: &Engine, request: R) -> Result<R::Answer, EngineError> {
        engine.submit(request).unwrap().wait(|_| {})
    }

    fn casting() -> ProductCode {
        "casting".parse().unwrap()
    }

    fn hole() -> DefectCode {
        "hole".parse().unwrap()
    }

    fn add(engine: &Engine) {
        let (name_ko, name_en) = ("주조품".to_owned(), "Casting".to_owned());
        ask(engine, AddProduct(Product { code: casting(), name_ko, name_en })).unwrap();
        let (product, code) = (casting(), hole());
        let (name_ko, name_en, full_name) = (None, None, None);
        ask(engine, AddDefectType { product, code, name_ko, name_en, full_name }).unwrap();
    }

    #[test]
    fn a_product_and_a_defect_type_go_again_unless_something_is_theirs() {
        let dir = tempfile::tempdir().unwrap();
        let engine = started(dir.path());
        let library = || Library::open(engine.workspace().root()).unwrap();
        let (product, defect) =
            (TakeBack::Product(casting()), TakeBack::DefectType(casting(), hole()));
        add(&engine);
        let in_use = ask(&engine, product.clone()).unwrap_err();
        let said = in_use.explain(Language::En);
        assert!(matches!(in_use, EngineError::Library(LibraryError::ProductInUse(_))), "{said}");
        assert!(said.contains("casting"), "{said}");
        ask(&engine, defect.clone()).unwrap();
        assert_eq!(library().defect_types(&casting()).unwrap(), []);
        ask(&engine, product).unwrap();
        assert_eq!(library().products().unwrap(), []);

        // An image of it, also one that was taken back: its row stays.
        add(&engine);
        let image = dir.path().join("a.png");
        image::RgbImage::new(8, 6).save(&image).unwrap();
        let request = RegisterImages {
            product: casting(),
            label: ImageLabel::Defect(hole()),
            paths: vec![image.clone()],
            regions: [(image, RectPx { x: 1, y: 1, width: 4, height: 4 })].into(),
        };
        let registered = ask(&engine, request).unwrap();
        let [id] = registered.new[..] else { panic!("{registered:?}") };
        assert_eq!(library().image(id).unwrap().region.unwrap().rect.width, 4);
        let in_use = ask(&engine, defect).unwrap_err();
        assert!(matches!(in_use, EngineError::Library(LibraryError::DefectInUse { .. })));
    }

    #[test]
    fn what_a_manual_replaced_comes_back_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let engine = started(dir.path());
        add(&engine);
        let mut library = Library::open(engine.workspace().root()).unwrap();
        let mut register = |text: &str| {
            let path = dir.path().join("manual.pdf");
            std::fs::write(&path, format!("%PDF-1.7\n{text}\n%%EOF\n")).unwrap();
            library.register_manual(&casting(), &path).unwrap().id()
        };
        let (first, second) = (register("one"), register("two"));
        let in_force = || {
            let library = Library::open(engine.workspace().root()).unwrap();
            let manuals = library.manuals(&casting()).unwrap();
            manuals.into_iter().map(|manual| manual.id).collect::<Vec<_>>()
        };
        assert_eq!(in_force(), [second]);
        let undo = TakeBack::Manual { new: second, replaced: vec![first] };
        ask(&engine, undo.clone()).unwrap();
        assert_eq!(in_force(), [first]);
        // Only once, and not where the old file is not what it was.
        let again = ask(&engine, undo).unwrap_err();
        assert!(matches!(again, EngineError::Library(LibraryError::ManualReplaced(_))));
        let third = register("three");
        let path = library.absolute(&library.manual(first).unwrap().path);
        std::fs::write(path, "%PDF-1.7 other").unwrap();
        let undo = TakeBack::Manual { new: third, replaced: vec![first] };
        let gone = ask(&engine, undo).unwrap_err();
        assert!(matches!(gone, EngineError::Library(LibraryError::ManualReplaced(_))));
        assert_eq!(in_force(), [third]);
    }
}
