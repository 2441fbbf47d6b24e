//! Opening a past inspection.

use std::sync::Arc;

use image::RgbImage;

use super::rescore::{Rescored, rescore};
use crate::error::Result;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{ActionChange, AnomalyMap, Inspection, InspectionId, Judgement, Role};
use fettle_library::{DeletedUpload, read_image_of};
use fettle_report::Pictures;

/// Opens an inspection as recorded.
#[derive(Debug, Clone, Copy)]
pub struct OpenInspection(pub InspectionId);

/// A past inspection.
#[derive(Debug, Clone)]
pub struct OpenedInspection {
    /// The record, without the path of a deleted image.
    pub inspection: Inspection,
    /// The workspace's copy of the image; `None` where the file is gone.
    pub picture: Option<Arc<RgbImage>>,
    /// The anomaly map, computed again with the bank of the record.
    pub map: Option<Arc<AnomalyMap>>,
    /// The pictures, drawn again.
    pub pictures: Option<Arc<Pictures>>,
    /// Why picture, map or pictures are missing.
    pub notice: Option<String>,
    /// Judgement of a user.
    pub judgement: Option<Judgement>,
    /// State of the action that the inspection asks for, if a user set one.
    pub action: Option<ActionChange>,
}

impl Request for OpenInspection {
    type Answer = OpenedInspection;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "open-inspection"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<OpenedInspection> {
        let Self(id) = self;
        let (mut inspection, tidied, judgement, action) = job.library(move |library| {
            let inspection = library.inspection(id)?;
            let kept = inspection.image_path.as_deref();
            let tidied = kept.map(|path| library.deleted_upload(path)).transpose()?.flatten();
            Ok((inspection, tidied, library.judgement(id)?, library.action(id)?))
        })?;
        if tidied.is_some() {
            inspection.image_path = None;
        }
        job.check()?;
        let language = job.shared.report_language();
        let workspace = &job.shared.workspace;
        let samples = inspection.anomaly.done().and_then(|anomaly| anomaly.sample_bits);
        let path = inspection.image_path.as_ref();
        let read = path.map(|path| read_image_of(&workspace.file(path), samples));
        let picture = read.and_then(Result::ok).map(|image| Arc::new(image.rgb));
        let mut opened = OpenedInspection {
            picture,
            map: None,
            pictures: None,
            notice: None,
            judgement,
            action,
            inspection,
        };
        let Some(picture) = &opened.picture else {
            opened.notice = Some(match tidied {
                None => fettle_i18n::text(language, "history-no-picture"),
                Some(DeletedUpload { days, .. }) => {
                    fettle_i18n::text_with(language, "history-tidied", &[("days", days.into())])
                }
            });
            return Ok(opened);
        };
        let Some(anomaly) = opened.inspection.anomaly.done() else { return Ok(opened) };
        match rescore(job, anomaly, picture) {
            Ok(Rescored::Done(map, pictures)) => {
                opened.map = Some(Arc::new(map));
                opened.pictures = Some(Arc::from(pictures));
            }
            Ok(Rescored::NoBank) => {
                let version = [("version", anomaly.bank.version.into())];
                opened.notice = Some(fettle_i18n::text_with(language, "history-no-bank", &version));
            }
            Ok(Rescored::AreaChanged) => {
                opened.notice = Some(fettle_i18n::text(language, "history-other-area"));
            }
            // Without the model, for example, the record can still be read.
            Err(error) if error.is_recoverable() => opened.notice = Some(error.explain(language)),
            Err(error) => return Err(error),
        }
        Ok(opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AddProduct, Engine, EngineOptions, FitBank, Inspect, ListBanks, RegisterImages};
    use fettle_domain::{ImageLabel, Language, Product, ProductCode, Stage, Verdict};
    use fettle_settings::{Settings, Workspace};
    use fettle_testing::data::{has_models, models};

    fn submit<R: Request>(engine: &Engine, request: R) -> R::Answer {
        engine.submit(request).unwrap().wait(|_| {}).unwrap()
    }

    #[test]
    fn an_inspection_is_opened_as_it_was_while_its_bank_is_there() {
        if !has_models(&["efficientnet-lite0"]) {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path().join("workspace")).with_models(&models());
        workspace.create().unwrap();
        let root = workspace.root().to_owned();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let picture = |name: &str, seed: u32, spot: bool| {
            let path = dir.path().join(name);
            let image = image::RgbImage::from_fn(96, 96, |x, y| {
                if spot && (40..60).contains(&x) && (30..50).contains(&y) {
                    return image::Rgb([250, 30, 30]);
                }
                let noise = (x * 31 + y * 17 + seed).wrapping_mul(2_654_435_761) >> 28;
                image::Rgb([90 + noise as u8, 100, (x + y) as u8])
            });
            image.save(&path).unwrap();
            path
        };
        let code = ProductCode::new("p").unwrap();
        let product =
            Product { code: code.clone(), name_ko: String::new(), name_en: String::new() };
        submit(&engine, AddProduct(product));
        let paths = (0..6).map(|n| picture(&format!("{n}.png"), n, false)).collect();
        let (label, regions) = (ImageLabel::Normal, Default::default());
        let images =
            RegisterImages { product: code.clone(), label, paths, recursive: false, regions };
        submit(&engine, images);
        submit(&engine, FitBank { ratio: 0.2, ..FitBank::new(code.clone()) });
        let image = picture("bad.png", 99, true);
        let inspect = Inspect { image, product: Some(code.clone()), with_llm: false, out: None };
        let then = submit(&engine, inspect);
        assert_eq!(then.inspection.verdict, Verdict::Ng);
        let id = then.inspection.id.unwrap();

        let opened = submit(&engine, OpenInspection(id));
        assert!(matches!(opened.inspection.anomaly, Stage::Done(_)));
        // The record does not hold the time of recording.
        assert_eq!(
            Inspection { timings: Vec::new(), ..opened.inspection },
            Inspection { timings: Vec::new(), ..then.inspection }
        );
        assert_eq!(opened.picture, Some(then.picture));
        assert_eq!((opened.notice, opened.map), (None, then.map));
        let (now, then) = (opened.pictures.unwrap(), then.pictures.unwrap());
        assert_eq!((&now.mask, &now.overlay), (&then.mask, &then.overlay));
        assert_eq!((&now.reference, &now.difference), (&then.reference, &then.difference));

        assert_eq!(submit(&engine, ListBanks(code)).len(), 1);
        for entry in walkdir::WalkDir::new(root.join("data")) {
            let path = entry.unwrap().into_path();
            if path.extension().is_some_and(|ending| ending == "bank") {
                std::fs::remove_file(path).unwrap();
            }
        }
        let opened = submit(&engine, OpenInspection(id));
        assert!(opened.map.is_none() && opened.picture.is_some());
        assert!(opened.notice.is_some_and(|notice| notice.contains("Memory bank 1")));
    }
}
