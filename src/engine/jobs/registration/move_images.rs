//! Moving registered images to another label.

use super::delete_entry::follow_index;
use super::rejected_file::RejectedFile;
use crate::error::{EngineError, Result};
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ImageId, ImageLabel, ProductCode, Role};
use fettle_library::{LibraryError, Registered};

/// Moves images of one product to another of its labels: a sound part among the defects, say.
#[derive(Debug, Clone)]
pub struct MoveImages {
    /// The images.
    pub ids: Vec<ImageId>,
    /// Their new label.
    pub label: ImageLabel,
}

/// An image that was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedImage {
    /// The image under its old label, which is removed.
    pub old: ImageId,
    /// The image under its new label.
    pub new: ImageId,
    /// Whether it was not registered under the new label before.
    pub is_new: bool,
}

/// Result of [`MoveImages`].
#[derive(Debug, Default)]
pub struct MovedImages {
    /// What was moved. [`UndoMoveImages`] takes it back.
    pub moved: Vec<MovedImage>,
    /// Images that keep their label, with the reason. After an error that is not about its file alone, or
    /// where the job is cancelled, images that no list names keep theirs, too.
    pub rejected: Vec<RejectedFile>,
    /// Products with other known defects than before.
    pub known_defects_of: Vec<ProductCode>,
}

impl Request for MoveImages {
    type Answer = MovedImages;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "move-images"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<MovedImages> {
        let total = self.ids.len() as u64;
        let mut answer = MovedImages::default();
        for (id, done) in self.ids.into_iter().zip(0..) {
            job.report("progress-register", "", done, total);
            let label = self.label.clone();
            let attempt = job.library(move |library| {
                let image = library.image(id)?;
                Ok((image, library.relabel_image(id, &label)))
            });
            let (image, registered) = match attempt {
                Ok(attempt) => attempt,
                Err(error) if answer.moved.is_empty() => return Err(error),
                // What was moved before can be undone by its answer alone.
                Err(error) => {
                    tracing::warn!(%error, moved = answer.moved.len(), "moving ended early");
                    break;
                }
            };
            match registered {
                Ok(registered) if registered.id() == id => {}
                Ok(registered) => {
                    let is_new = matches!(registered, Registered::New(_));
                    answer.moved.push(MovedImage { old: id, new: registered.id(), is_new });
                    if !answer.known_defects_of.contains(&image.product) {
                        answer.known_defects_of.push(image.product);
                    }
                }
                Err(error) => {
                    let is_about_one_file = error.is_about_one_file();
                    let error = EngineError::Library(error);
                    if !is_about_one_file && answer.moved.is_empty() {
                        return Err(error);
                    }
                    answer.rejected.push(RejectedFile { path: image.path.into(), error });
                    if !is_about_one_file {
                        break;
                    }
                }
            }
        }
        follow_index(job);
        Ok(answer)
    }
}

/// Takes a move back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndoMoveImages(pub Vec<MovedImage>);

impl Request for UndoMoveImages {
    /// Number of images that have their old label again.
    type Answer = usize;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "undo-move"
    }

    fn role(&self) -> Role {
        Role::Engineer
    }

    fn run(self, job: &JobContext) -> Result<usize> {
        let restored = job.library(move |library| {
            let mut restored = 0;
            for MovedImage { old, new, is_new } in self.0 {
                if is_new && library.registered_image(new)?.is_some() {
                    library.remove_image(new)?;
                }
                restored += usize::from(library.restore_image(old)?);
            }
            Ok::<_, LibraryError>(restored)
        })?;
        follow_index(job);
        Ok(restored)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        AddDefectType, AddProduct, CountDependents, DeleteEntry, Engine, EngineOptions, IndexInfo,
        ListImages, ListLibrary, RegisterImages, UndoDeletion,
    };
    use fettle_domain::{
        CatalogueEntry, DefectCode, Dependents, Language, ModelId, ModelRole, Product,
    };
    use fettle_settings::{Settings, Workspace};

    fn submit<R: Request>(engine: &Engine, request: R) -> R::Answer {
        engine.submit(request).unwrap().wait(|_| {}).unwrap()
    }

    fn casting() -> ProductCode {
        "casting".parse().unwrap()
    }

    fn defect(code: &str) -> ImageLabel {
        ImageLabel::Defect(code.parse().unwrap())
    }

    /// A product with the defect types hole and burr, two images of holes and a sound one.
    fn engine(dir: &Path) -> Engine {
        let workspace = Workspace::at(dir.join("workspace")).with_models(dir);
        workspace.create().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let names = (String::new(), "Casting".to_owned());
        let product = Product { code: casting(), name_ko: names.0, name_en: names.1 };
        submit(&engine, AddProduct(product));
        for code in ["hole", "burr"] {
            let (product, code) = (casting(), DefectCode::new(code).unwrap());
            let (name_ko, name_en, full_name) = (None, None, None);
            submit(&engine, AddDefectType { product, code, name_ko, name_en, full_name });
        }
        for (name, label, shade) in [
            ("첫 사진.png", defect("hole"), 10),
            ("b.png", defect("hole"), 90),
            ("c.png", ImageLabel::Normal, 170),
        ] {
            let path = dir.join(name);
            let picture = image::RgbImage::from_fn(16, 12, |x, y| {
                image::Rgb([shade, x as u8 * 9, y as u8 * 11])
            });
            picture.save(&path).unwrap();
            let request = RegisterImages {
                product: casting(),
                label,
                paths: vec![path],
                recursive: false,
                regions: Default::default(),
            };
            assert_eq!(submit(&engine, request).new.len(), 1);
        }
        engine
    }

    fn images(engine: &Engine, label: ImageLabel) -> Vec<(ImageId, Option<String>)> {
        let listed = submit(engine, ListImages { product: casting(), label });
        listed.into_iter().map(|image| (image.id, image.original_name)).collect()
    }

    #[test]
    fn images_move_to_another_label_with_their_names_and_back() {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine(dir.path());
        let before = images(&engine, defect("hole"));
        assert_eq!(before[0].1.as_deref(), Some("첫 사진.png"));
        let request = MoveImages { ids: vec![before[0].0], label: defect("burr") };
        let moved = submit(&engine, request);
        assert_eq!((moved.moved.len(), moved.rejected.len()), (1, 0));
        assert_eq!(moved.known_defects_of, [casting()]);
        let burrs = images(&engine, defect("burr"));
        assert_eq!(burrs, [(moved.moved[0].new, before[0].1.clone())]);
        assert_eq!(images(&engine, defect("hole")), before[1..]);
        assert_eq!(submit(&engine, UndoMoveImages(moved.moved)), 1);
        assert_eq!(images(&engine, defect("hole")), before);
        assert_eq!(images(&engine, defect("burr")), []);
        // To the label that it has.
        let same = MoveImages { ids: vec![before[0].0], label: defect("hole") };
        assert_eq!(submit(&engine, same).moved, []);
    }

    #[test]
    fn what_was_done_to_the_library_is_answered_whatever_becomes_of_the_index() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = engine(dir.path()).workspace().clone();
        fettle_system::create_folders(&workspace.index_dir()).unwrap();
        std::fs::write(workspace.index_dir().join("defects-any.index"), "no index").unwrap();
        let models = [(ModelRole::ImageEmbedder, ModelId("any".to_owned()))].into();
        let settings = Settings { models, ..Settings::default() };
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, settings, options).unwrap();
        assert!(engine.submit(IndexInfo).unwrap().wait(|_| {}).is_err(), "the index is damaged");

        let before = images(&engine, defect("hole"));
        let ids = before.iter().map(|(id, _)| *id).collect();
        let moved = submit(&engine, MoveImages { ids, label: defect("burr") });
        assert_eq!(moved.moved.len(), 2);
        assert_eq!(submit(&engine, UndoMoveImages(moved.moved)), 2);
        assert_eq!(images(&engine, defect("hole")), before);

        let product = CatalogueEntry::Product(casting());
        let deleted = submit(&engine, DeleteEntry(product.clone()));
        assert_eq!(submit(&engine, UndoDeletion(deleted.id)), product);
        assert_eq!(images(&engine, defect("hole")), before);
    }

    #[test]
    fn what_was_moved_before_an_error_is_answered_and_can_be_undone() {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine(dir.path());
        let before = images(&engine, defect("hole"));
        let ids = vec![before[0].0, ImageId(99), before[1].0];
        let moved = submit(&engine, MoveImages { ids, label: defect("burr") });
        assert_eq!(moved.moved.iter().map(|one| one.old).collect::<Vec<_>>(), [before[0].0]);
        assert_eq!(submit(&engine, UndoMoveImages(moved.moved)), 1);
        assert_eq!(images(&engine, defect("hole")), before);
        // With nothing moved, the error is all there is to say.
        let none = MoveImages { ids: vec![ImageId(99)], label: defect("burr") };
        assert!(engine.submit(none).unwrap().wait(|_| {}).is_err());
    }

    #[test]
    fn what_is_deleted_is_counted_gone_and_back() {
        let dir = tempfile::tempdir().unwrap();
        let engine = engine(dir.path());
        let product = CatalogueEntry::Product(casting());
        let hole = CatalogueEntry::DefectType(casting(), "hole".parse().unwrap());
        let expected = Dependents {
            defect_types: 2,
            normal_images: 1,
            defect_images: 2,
            ..Dependents::default()
        };
        assert_eq!(submit(&engine, CountDependents(product.clone())), expected);
        let of_hole = Dependents { defect_images: 2, ..Dependents::default() };
        assert_eq!(submit(&engine, CountDependents(hole.clone())), of_hole);

        let deleted = submit(&engine, DeleteEntry(hole.clone()));
        assert_eq!(deleted.dependents, of_hole);
        let summary = &submit(&engine, ListLibrary)[0];
        let codes: Vec<&str> = summary.defects.iter().map(|(one, _)| one.code.as_str()).collect();
        assert_eq!(codes, ["burr"]);
        assert_eq!(submit(&engine, UndoDeletion(deleted.id)), hole);
        assert_eq!(images(&engine, defect("hole")).len(), 2);
        // Once only.
        assert!(engine.submit(UndoDeletion(deleted.id)).unwrap().wait(|_| {}).is_err());

        let deleted = submit(&engine, DeleteEntry(product.clone()));
        assert_eq!(deleted.dependents, expected);
        assert!(submit(&engine, ListLibrary).is_empty());
        assert!(engine.submit(CountDependents(product.clone())).unwrap().wait(|_| {}).is_err());
        // Registered anew under its code, it is empty; what was deleted comes back beside it.
        let names = (String::new(), "New".to_owned());
        let anew = Product { code: casting(), name_ko: names.0, name_en: names.1 };
        submit(&engine, AddProduct(anew));
        assert_eq!(images(&engine, ImageLabel::Normal), []);
        assert_eq!(submit(&engine, CountDependents(product.clone())), Dependents::default());
        assert!(submit(&engine, ListLibrary)[0].defects.is_empty());
        assert_eq!(submit(&engine, UndoDeletion(deleted.id)), product);
        let summary = &submit(&engine, ListLibrary)[0];
        assert_eq!((summary.normal_images, summary.defects.len()), (1, 2));
        assert_eq!(summary.product.name_en, "New");
    }
}
