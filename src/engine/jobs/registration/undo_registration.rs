//! Undoing a registration.

use crate::error::Result;
use crate::jobs::index::build_index::BuildIndex;
use crate::jobs::index::index_info::IndexInfo;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{
    DefectCode, ImageId, ImageLabel, ManualId, ProductCode, RectPx, RegisteredImage, Role,
};
use fettle_library::LibraryError;

/// Undoes a registration, where nothing depends on it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UndoRegistration {
    /// Removes images again, also from the index of known defects.
    Images {
        /// Images to remove.
        new: Vec<ImageId>,
        /// Images registered before, with the region to restore.
        redrawn: Vec<(ImageId, Option<RectPx>)>,
    },
    /// Removes a new product.
    Product(ProductCode),
    /// Removes a new defect type.
    DefectType(ProductCode, DefectCode),
    /// Puts a new manual out of force, and the manuals that it replaced back into force.
    Manual {
        /// The new manual.
        new: ManualId,
        /// The replaced manuals.
        replaced: Vec<ManualId>,
    },
}

/// Result of [`UndoRegistration`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoneRegistration {
    /// The request.
    pub request: UndoRegistration,
    /// Number of images removed or restored. An image removed by another job does not count.
    pub images: usize,
    /// Products with other known defects than before.
    pub known_defects_of: Vec<ProductCode>,
}

impl Request for UndoRegistration {
    type Answer = UndoneRegistration;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "take-back"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<UndoneRegistration> {
        let request = self.clone();
        let undone = match self {
            Self::Images { new, redrawn } => undo_images(job, new, redrawn)?,
            Self::Product(code) => {
                job.library(move |library| library.remove_product(&code)).map(|()| Vec::new())?
            }
            Self::DefectType(product, code) => job
                .library(move |library| library.remove_defect_type(&product, &code))
                .map(|()| Vec::new())?,
            Self::Manual { new, replaced } => job
                .library(move |library| library.undo_manual_registration(new, &replaced))
                .map(|()| Vec::new())?,
        };
        let mut known_defects_of: Vec<ProductCode> = Vec::new();
        for image in undone.iter().filter(|image| is_defect(image)) {
            if !known_defects_of.contains(&image.product) {
                known_defects_of.push(image.product.clone());
            }
        }
        Ok(UndoneRegistration { request, images: undone.len(), known_defects_of })
    }
}

fn is_defect(image: &RegisteredImage) -> bool {
    image.label != ImageLabel::Normal
}

/// Restores regions and removes images; returns the images as they were.
fn undo_images(
    job: &JobContext,
    new: Vec<ImageId>,
    redrawn: Vec<(ImageId, Option<RectPx>)>,
) -> Result<Vec<RegisteredImage>> {
    let undone = job.library(move |library| {
        let mut undone = Vec::new();
        for (id, before) in redrawn {
            if let Some(image) = library.registered_image(id)? {
                library.set_defect_region(id, before)?;
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
    if undone.iter().any(is_defect) && IndexInfo.run(job)?.is_some() {
        BuildIndex { rebuild: false }.run(job)?;
    }
    Ok(undone)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{AddDefectType, AddProduct, Engine, EngineError, EngineOptions, RegisterImages};
    use fettle_domain::{Language, Product};
    use fettle_library::Library;
    use fettle_settings::{Settings, Workspace};

    fn start_engine(dir: &Path) -> Engine {
        let workspace = Workspace::at(dir.join("workspace")).with_models(dir);
        workspace.create().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        Engine::start(workspace, Settings::default(), options).unwrap()
    }

    fn submit<R: Request>(engine: &Engine, request: R) -> Result<R::Answer, EngineError> {
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
        submit(engine, AddProduct(Product { code: casting(), name_ko, name_en })).unwrap();
        let (product, code) = (casting(), hole());
        let (name_ko, name_en, full_name) = (None, None, None);
        submit(engine, AddDefectType { product, code, name_ko, name_en, full_name }).unwrap();
    }

    #[test]
    fn a_product_and_a_defect_type_are_removed_unless_in_use() {
        let dir = tempfile::tempdir().unwrap();
        let engine = start_engine(dir.path());
        let library = || Library::open(engine.workspace().root()).unwrap();
        let (product, defect) =
            (UndoRegistration::Product(casting()), UndoRegistration::DefectType(casting(), hole()));
        add(&engine);
        let in_use = submit(&engine, product.clone()).unwrap_err();
        let said = in_use.explain(Language::En);
        assert!(matches!(in_use, EngineError::Library(LibraryError::ProductInUse(_))), "{said}");
        assert!(said.contains("casting"), "{said}");
        submit(&engine, defect.clone()).unwrap();
        assert_eq!(library().defect_types(&casting()).unwrap(), []);
        submit(&engine, product).unwrap();
        assert_eq!(library().products().unwrap(), []);

        // A defect type with an image is in use.
        add(&engine);
        let image = dir.path().join("a.png");
        image::RgbImage::new(8, 6).save(&image).unwrap();
        let request = RegisterImages {
            product: casting(),
            label: ImageLabel::Defect(hole()),
            paths: vec![image.clone()],
            recursive: false,
            regions: [(image, RectPx { x: 1, y: 1, width: 4, height: 4 })].into(),
        };
        let registered = submit(&engine, request).unwrap();
        let [id] = registered.new[..] else { panic!("{registered:?}") };
        assert_eq!(library().image(id).unwrap().region.unwrap().rect.width, 4);
        let in_use = submit(&engine, defect).unwrap_err();
        assert!(matches!(in_use, EngineError::Library(LibraryError::DefectInUse { .. })));
        // Its removal changes what is known of the product's defects.
        let undo = UndoRegistration::Images { new: vec![id], redrawn: Vec::new() };
        let undone = submit(&engine, undo).unwrap();
        assert_eq!((undone.images, undone.known_defects_of), (1, vec![casting()]));
    }

    #[test]
    fn undoing_a_manual_restores_the_manual_that_it_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let engine = start_engine(dir.path());
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
        let undo = UndoRegistration::Manual { new: second, replaced: vec![first] };
        submit(&engine, undo.clone()).unwrap();
        assert_eq!(in_force(), [first]);
        // A second undo fails, and so does an undo after the replaced file changed.
        let again = submit(&engine, undo).unwrap_err();
        assert!(matches!(again, EngineError::Library(LibraryError::ManualReplaced(_))));
        let third = register("three");
        let path = library.absolute(&library.manual(first).unwrap().path);
        std::fs::write(path, "%PDF-1.7 other").unwrap();
        let undo = UndoRegistration::Manual { new: third, replaced: vec![first] };
        let gone = submit(&engine, undo).unwrap_err();
        assert!(matches!(gone, EngineError::Library(LibraryError::ManualReplaced(_))));
        assert_eq!(in_force(), [third]);
    }
}
