use std::path::{Path, PathBuf};

use image::{Rgb, RgbImage};

use crate::error::{EngineError, Result};
use crate::protocol::Request;
use crate::{
    AddProduct, Engine, EngineOptions, ExportInspections, FindCheckerboard, GetScale, Inspect,
    InspectOnce, NewScale, PictureFile, ReadInspection, ReportMarkdown, SetMeasurements, SetScale,
};
use fettle_domain::{
    HistoryFilter, Inspection, Language, MeasuredLine, PixelScale, PlacePx, Product, ProductCode,
    ScaleSource,
};
use fettle_settings::{Settings, Workspace};

fn engine(dir: &Path) -> Engine {
    let options = EngineOptions { allow_gpu: false, language: Language::En };
    let workspace = Workspace::at(dir.join("workspace")).with_models(dir);
    workspace.create().unwrap();
    let settings = Settings { language: Language::En, ..Settings::default() };
    let engine = Engine::start(workspace, settings, options).unwrap();
    run(
        &engine,
        AddProduct(Product { code: lid(), name_ko: "뚜껑".into(), name_en: "Lid".into() }),
    )
    .unwrap();
    engine
}

fn lid() -> ProductCode {
    ProductCode::new("lid").unwrap()
}

fn run<R: Request>(engine: &Engine, request: R) -> Result<R::Answer> {
    engine.submit(request).unwrap().wait(|_| {})
}

/// A picture of a board with squares of 40 pixels, or of none.
fn picture(dir: &Path, name: &str, width: u32, board: bool) -> PathBuf {
    let path = dir.join(name);
    let picture = RgbImage::from_fn(width, 240, |x, y| {
        let inside = (20..300).contains(&x) && (20..220).contains(&y);
        let dark = (x.wrapping_sub(20) / 40 + y.wrapping_sub(20) / 40).is_multiple_of(2);
        match (board && inside, dark) {
            (false, _) => Rgb([150, 150, (x % 251) as u8]),
            (true, true) => Rgb([20; 3]),
            (true, false) => Rgb([230; 3]),
        }
    });
    picture.save(&path).unwrap();
    path
}

#[test]
fn a_scale_is_kept_by_length_by_board_and_taken_away() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    assert_eq!(run(&engine, GetScale(lid())).unwrap(), None);
    let set = |scale| run(&engine, SetScale { product: lid(), scale });
    let known = NewScale::KnownLength { length_mm: 5.0, length_px: 250.0, picture_px: None };
    for (new, mm_per_px) in [(NewScale::MmPerPx(0.03), 0.03), (known, 0.02)] {
        let kept = set(Some(new)).unwrap().unwrap();
        assert_eq!(kept.mm_per_px, mm_per_px);
        assert_eq!(run(&engine, GetScale(lid())).unwrap(), Some(kept));
    }
    // What no camera has is refused, and the scale before stays.
    for wrong in [
        NewScale::MmPerPx(0.0),
        NewScale::MmPerPx(-1.0),
        NewScale::MmPerPx(f64::NAN),
        NewScale::KnownLength { length_mm: 1.0, length_px: 0.0, picture_px: None },
        NewScale::KnownLength { length_mm: 0.0, length_px: 5.0, picture_px: None },
    ] {
        let error = set(Some(wrong)).unwrap_err();
        assert!(matches!(error, EngineError::BadScale), "{wrong:?}: {error}");
    }
    let read = |scale: Option<PixelScale>| scale.map(|scale| scale.mm_per_px);
    assert_eq!(read(run(&engine, GetScale(lid())).unwrap()), Some(0.02));

    let find = |picture: &Path, square_mm| {
        let picture = PictureFile::Given(picture.to_owned());
        run(&engine, FindCheckerboard { product: lid(), picture, square_mm })
    };
    let board = picture(dir.path(), "board.png", 320, true);
    let found = find(&board, 2.0).unwrap();
    assert!((found.scale.mm_per_px - 0.05).abs() < 5e-5, "{found:?}");
    assert_eq!((found.corners.len(), found.scale.picture_px), (24, Some((320, 240))));
    assert!(matches!(found.scale.found, ScaleSource::Checkerboard { corners: 24, .. }));
    assert_eq!(run(&engine, GetScale(lid())).unwrap().as_ref(), Some(&found.scale));
    let bare = picture(dir.path(), "bare.png", 320, false);
    let error = find(&bare, 2.0).unwrap_err();
    for (language, word) in [(Language::En, "checkerboard"), (Language::Ko, "체커보드")] {
        assert!(error.explain(language).contains(word), "{error}");
    }
    assert!(matches!(find(&board, 0.0).unwrap_err(), EngineError::BadScale));
    assert_eq!(set(None).unwrap(), None);
    assert_eq!(run(&engine, GetScale(lid())).unwrap(), None);

    let unknown = ProductCode::new("none").unwrap();
    let error = run(&engine, GetScale(unknown.clone())).unwrap_err();
    assert!(matches!(error, EngineError::UnknownProduct(_)), "{error}");
    let error = run(&engine, SetScale { product: unknown, scale: None }).unwrap_err();
    assert!(matches!(error, EngineError::UnknownProduct(_)), "{error}");
}

#[test]
fn an_inspection_keeps_the_scale_of_its_time_and_the_lines_drawn_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let engine = engine(dir.path());
    let part = picture(dir.path(), "part.png", 320, false);
    let inspect = |image: &Path| -> Inspection {
        let (image, product) = (image.to_owned(), Some(lid()));
        let request = Inspect { image, product, with_llm: false, out: None };
        run(&engine, request).unwrap().inspection
    };
    let before = inspect(&part);
    assert!(before.measurements.is_empty());
    let known =
        NewScale::KnownLength { length_mm: 5.0, length_px: 100.0, picture_px: Some((320, 240)) };
    let scale = run(&engine, SetScale { product: lid(), scale: Some(known) }).unwrap().unwrap();
    let after = inspect(&part);
    assert_eq!(after.measurements.scale.as_ref(), Some(&scale));
    // Pixels of a picture of another size have another size.
    let wide = picture(dir.path(), "wide.png", 400, false);
    assert_eq!(inspect(&wide).measurements.scale, None);
    run(&engine, SetScale { product: lid(), scale: None }).unwrap();
    let read = |id| run(&engine, ReadInspection(id)).unwrap().inspection.measurements;
    let id = after.id.unwrap();
    assert_eq!(read(id), after.measurements);
    assert!(read(before.id.unwrap()).is_empty());

    let line = MeasuredLine {
        from: PlacePx { x: 10.0, y: 20.0 },
        to: PlacePx { x: 70.0, y: 100.0 },
        note: "gap".to_owned(),
    };
    let mut measurements = after.measurements.clone();
    measurements.lines = vec![line.clone()];
    let kept = run(&engine, SetMeasurements { inspection: id, measurements }).unwrap();
    assert_eq!((&kept.lines, &kept), (&vec![line], &read(id)));
    let report = run(&engine, ReportMarkdown(id)).unwrap();
    assert!(report.contains("  - Line 1: 5.00 mm — gap"), "{report}");
    // Shown again, it is the record with its line.
    let again = Inspect { image: part, product: Some(lid()), with_llm: false, out: None };
    let shown = run(&engine, InspectOnce(again)).unwrap();
    assert!(shown.recorded_before);
    assert_eq!(shown.inspection.measurements, kept);
    // A list of inspections has columns for sizes.
    let path = dir.path().join("list.csv");
    run(&engine, ExportInspections { filter: HistoryFilter::default(), path: path.clone() })
        .unwrap();
    let written = std::fs::read_to_string(path).unwrap();
    let ends = |name: &str, end: &str| {
        written.lines().any(|line| line.contains(name) && line.ends_with(end))
    };
    // Without a model no regions were looked for.
    assert!(ends("part.png", ",,") && ends("wide.png", ",,"), "{written}");
}
