//! The pixels of a manual's pictures.

use std::path::Path;

use image::RgbImage;

use super::manual_file::read_manual_file;
use crate::error::Result;
use crate::jobs::workspace::thumbnails::shrunk;
use crate::protocol::{JobContext, NoEvent, Request};
use fettle_domain::{Figure, FigureSource, ManualFinding, ManualId, Role};
use fettle_library::decode_image;
use fettle_manuals::{FigureContent, FigureFile};
use fettle_report::{GOTHIC, ReportedFigure};

/// The most pictures of one section that a report has.
const MAX_REPORTED: usize = 24;
/// The longer side of a picture in a report, in pixels.
const REPORTED_SIDE: u32 = 900;

/// Reads pictures of a version of a manual, in force or not.
#[derive(Debug, Clone, PartialEq)]
pub struct ManualFigures {
    /// The manual.
    pub manual: ManualId,
    /// Its pictures.
    pub figures: Vec<FigureSource>,
    /// Longer side, in pixels; a smaller picture keeps its size.
    pub side: u32,
}

impl Request for ManualFigures {
    /// One for each picture asked for; `None` where it cannot be shown.
    type Answer = Vec<Option<RgbImage>>;
    type Event = NoEvent;

    fn name(&self) -> &'static str {
        "manual-figures"
    }

    fn role(&self) -> Role {
        Role::Operator
    }

    fn run(self, job: &JobContext) -> Result<Vec<Option<RgbImage>>> {
        let Self { manual, figures, side } = self;
        let manual = job.library(move |library| library.manual(manual))?;
        let (path, bytes) = read_manual_file(job, &manual)?;
        let mut file = FigureFile::new(&path, &bytes, GOTHIC);
        let mut out = Vec::new();
        for figure in &figures {
            job.check()?;
            out.push(read_figure(&path, &mut file, figure, side));
        }
        Ok(out)
    }
}

/// The pictures of the section that a report quotes, as far as they can be shown: where the manual's file is gone
/// or changed, there are none.
pub(crate) fn reported_figures(
    job: &JobContext,
    finding: &ManualFinding,
) -> Result<Vec<ReportedFigure>> {
    let mut figures: Vec<&Figure> = Vec::new();
    for figure in finding.section.all_figures() {
        if !figures.contains(&figure) && figures.len() < MAX_REPORTED {
            figures.push(figure);
        }
    }
    if figures.is_empty() {
        return Ok(Vec::new());
    }
    let sources = figures.iter().map(|figure| figure.source.clone()).collect();
    let request = ManualFigures { manual: finding.manual, figures: sources, side: REPORTED_SIDE };
    let pixels = match request.run(job) {
        Ok(pixels) => pixels,
        Err(error) if error.is_recoverable() => {
            tracing::warn!(%error, "the report has no pictures of the manual");
            return Ok(Vec::new());
        }
        Err(error) => return Err(error),
    };
    let shown = figures.into_iter().zip(pixels);
    let shown = shown.filter_map(|(figure, pixels)| {
        Some(ReportedFigure { figure: figure.clone(), pixels: pixels? })
    });
    Ok(shown.collect())
}

/// A picture of a manual's file, `side` pixels long at most.
fn read_figure(
    path: &Path,
    file: &mut FigureFile<'_>,
    source: &FigureSource,
    side: u32,
) -> Option<RgbImage> {
    let read = match file.content(source, side) {
        Ok(FigureContent::Drawn(pixels)) => Ok(pixels),
        Ok(FigureContent::File(bytes)) => {
            decode_image(&bytes, path).map(|decoded| decoded.rgb).map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    };
    match read {
        Ok(pixels) => Some(shrunk(&pixels, side)),
        Err(error) => {
            tracing::warn!(%error, ?source, "a picture of a manual cannot be shown");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AddDefectType, AddProduct, Engine, EngineOptions, RegisterManual, ReportDefects};
    use fettle_domain::{DefectCode, Language, Product, ProductCode};
    use fettle_settings::{Settings, Workspace};
    use fettle_testing::pictured::{docx_with_pictures, paragraphs, picture_paragraph, png};

    fn submit<R: Request>(engine: &Engine, request: R) -> R::Answer {
        engine.submit(request).unwrap().wait(|_| {}).unwrap()
    }

    #[test]
    fn pictures_come_with_the_section_and_are_read_from_the_manual() {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path().join("workspace"));
        workspace.create().unwrap();
        let root = workspace.root().to_owned();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let engine = Engine::start(workspace, Settings::default(), options).unwrap();
        let product = ProductCode::new("part").unwrap();
        let (name_ko, name_en) = (String::new(), String::new());
        submit(&engine, AddProduct(Product { code: product.clone(), name_ko, name_en }));
        let defect = AddDefectType {
            product: product.clone(),
            code: DefectCode::new("hole").unwrap(),
            name_ko: Some("기공".to_owned()),
            name_en: None,
            full_name: None,
        };
        submit(&engine, defect);
        let mut broken = png(40, 20, [9; 3]);
        // The header and the end are sound: only who looks at it sees that the pixels are not.
        broken[60..80].fill(0xAA);
        let body = [
            paragraphs(&["기공 (hole)", "원인", "습기"]),
            picture_paragraph("good"),
            paragraphs(&["조치", "예열"]),
            picture_paragraph("broken"),
        ];
        let good = png(400, 200, [200, 30, 30]);
        let pictures =
            [("good", "media/a.png", good.as_slice()), ("broken", "media/b.png", &broken)];
        let path = dir.path().join("manual.docx");
        std::fs::write(&path, docx_with_pictures(&body.concat(), &pictures)).unwrap();
        submit(&engine, RegisterManual { product: product.clone(), path });

        let request = ReportDefects { product, defect: None, with_llm: false, model_text: None };
        let reports = submit(&engine, request);
        let finding = reports[0].manual.done().unwrap();
        let figures: Vec<FigureSource> =
            finding.section.all_figures().map(|figure| figure.source.clone()).collect();
        assert_eq!(figures.len(), 2);
        let request = ManualFigures { manual: finding.manual, figures, side: 100 };
        let [Some(shown), None] = &submit(&engine, request.clone())[..] else { panic!("one") };
        assert_eq!((shown.dimensions(), shown.get_pixel(50, 25).0), ((100, 50), [200, 30, 30]));

        // What the file no longer has is no picture of another version.
        std::fs::write(root.join(&finding.path), "other").unwrap();
        assert!(engine.submit(request).unwrap().wait(|_| {}).is_err());
    }
}
