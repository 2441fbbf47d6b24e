//! Pictures of every kind, from their files to the verdict, with a real network.

use std::path::{Path, PathBuf};

use crate::{
    AddProduct, BankInfo, Engine, EngineOptions, ExtendBank, FitBank, Inspect, Inspected,
    OpenInspection, RegisterImages, RegisteredImages, Request,
};
use fettle_domain::{
    CaptureDeviation, ImageLabel, InputFit, Language, Product, ProductCode, RecipeChoice, Verdict,
};
use fettle_settings::{Settings, Workspace};
use fettle_testing::data::{has_models, models, shared};

/// A workspace with products and their banks.
struct Line {
    _dir: tempfile::TempDir,
    engine: Engine,
}

impl Line {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path().join("workspace")).with_models(&models());
        workspace.create().unwrap();
        let options = EngineOptions { allow_gpu: false, language: Language::En };
        let settings = Settings { language: Language::En, ..Settings::default() };
        let engine = Engine::start(workspace, settings, options).unwrap();
        Self { _dir: dir, engine }
    }

    fn submit<R: Request>(&self, request: R) -> R::Answer {
        self.engine.submit(request).unwrap().wait(|_| {}).unwrap()
    }

    /// Registers a folder of normal pictures of a product.
    fn register(&self, product: &str, folder: PathBuf) -> RegisteredImages {
        let code: ProductCode = product.parse().unwrap();
        let names = (String::new(), String::new());
        self.submit(AddProduct(Product { code: code.clone(), name_ko: names.0, name_en: names.1 }));
        self.submit(RegisterImages {
            product: code,
            label: ImageLabel::Normal,
            paths: vec![folder],
            recursive: false,
            regions: Default::default(),
        })
    }

    fn fit(&self, product: &str, fit: InputFit) {
        let recipe = RecipeChoice { fit, ..RecipeChoice::default() };
        self.submit(FitBank { recipe, ..FitBank::new(product.parse().unwrap()) });
    }

    fn inspect(&self, product: &str, image: PathBuf) -> Inspected {
        let product = Some(product.parse().unwrap());
        self.submit(Inspect { image, product, with_llm: false, out: None })
    }
}

/// The folder of the cases; `None` where it or the network is absent.
fn cases() -> Option<PathBuf> {
    if !has_models(&["efficientnet-lite0"]) {
        return None;
    }
    shared("data/cases")
}

fn score(inspected: &Inspected) -> f32 {
    inspected.inspection.anomaly.done().unwrap().image_score
}

fn says(inspected: &Inspected, words: &str) -> bool {
    inspected.inspection.notices.iter().any(|notice| notice.contains(words))
}

#[test]
fn pictures_are_judged_alike_however_they_are_stored() {
    let Some(cases) = cases() else { return };
    let line = Line::new();
    let registered = line.register("p", cases.join("common/good"));
    assert_eq!((registered.rejected.len(), registered.notices.len()), (0, 0));
    line.fit("p", InputFit::Shorter);
    let plain = line.inspect("p", cases.join("02-tiff-sample-formats/same_in_8_bits.tif"));
    // File, words of its notice.
    for (file, words) in [
        ("02-tiff-sample-formats/gray32f_0to1.tif", Some("which samples are black and white")),
        ("02-tiff-sample-formats/gray16_signed.tif", None),
        ("02-tiff-sample-formats/gray32_uint.tif", None),
        ("03-tiff-kinds/bigtiff.tif", None),
        ("03-tiff-kinds/palette.tif", None),
        ("03-tiff-kinds/lab.tif", None),
    ] {
        let found = line.inspect("p", cases.join(file));
        assert_eq!(found.inspection.verdict, Verdict::Ng, "{file}");
        let share = score(&found) / score(&plain);
        assert!((0.85..1.15).contains(&share), "{file}: {share}");
        let said = words.is_none_or(|words| says(&found, words));
        assert!(said, "{file}: {:?}", found.inspection.notices);
    }
    let dark = line.inspect("p", cases.join("02-tiff-sample-formats/rgb32f_0to255.tif"));
    let whole = dark.inspection.anomaly.done().unwrap().regions.iter().map(|region| region.share);
    assert!(whole.sum::<f32>() < 0.5, "a saturated picture is an anomaly as a whole");
    for (file, size, words) in [
        ("thumb_then_full.tif", (480, 360), None),
        ("full_in_subifd.tif", (480, 360), None),
        ("stack_of_5_shots.tif", (320, 240), Some("5 pictures")),
    ] {
        let found = line.inspect("p", cases.join("04-tiff-several-pictures").join(file));
        assert_eq!((found.inspection.width_px, found.inspection.height_px), size, "{file}");
        let said = words.is_none_or(|words| says(&found, words));
        assert!(said, "{file}: {:?}", found.inspection.notices);
    }
    for file in ["a_grey.png", "c_rgba.png", "d_deep.png", "g_palette.png"] {
        let found = line.inspect("p", cases.join("14-unlike-normals/good").join(file));
        assert_eq!(found.inspection.verdict, Verdict::Ok, "{file}: {}", score(&found));
    }
    // The bank's pictures were never compressed.
    let strong = line.inspect("p", compressed(&cases.join("common/good.png"), 40));
    let anomaly = strong.inspection.anomaly.done().unwrap();
    let is_reason = |one: &CaptureDeviation| matches!(one, CaptureDeviation::Compressed { quality } if quality.0 <= 45);
    assert!(anomaly.deviations.iter().any(is_reason), "{:?}", anomaly.deviations);
    // What is the reason of the verdict is no notice besides.
    assert!(!says(&strong, "JPEG"), "{:?}", strong.inspection.notices);
    let weak = line.inspect("p", compressed(&cases.join("common/good.png"), 95));
    assert!(!says(&weak, "JPEG"), "{:?}", weak.inspection.notices);
}

#[test]
fn a_good_part_saved_more_coarsely_or_lying_elsewhere_is_unsure_for_that_reason() {
    let Some(cases) = cases() else { return };
    let line = Line::new();
    line.register("p", cases.join("common/good"));
    line.fit("p", InputFit::Shorter);
    let good = cases.join("common/good.png");
    let part = image::open(&good).unwrap().to_rgb8();
    // The background goes on where the part comes from.
    let border = *part.get_pixel(0, 0);
    let shifted = image::RgbImage::from_fn(part.width(), part.height(), |x, y| {
        *x.checked_sub(40).map_or(&border, |x| part.get_pixel(x, y))
    });
    let folder = tempfile::tempdir().unwrap();
    let moved = folder.path().join("moved.png");
    shifted.save(&moved).unwrap();
    let ids = |found: &Inspected| -> Vec<&'static str> {
        let anomaly = found.inspection.anomaly.done().unwrap();
        anomaly.deviations.iter().map(|one| one.message_id()).collect()
    };
    for (file, reason) in
        [(compressed(&good, 75), "deviation-compressed"), (moved, "deviation-shifted")]
    {
        let found = line.inspect("p", file.clone());
        let thresholds = found.inspection.anomaly.done().unwrap().thresholds;
        assert!(score(&found) > thresholds.image, "{file:?}: {}", score(&found));
        assert_eq!(found.inspection.verdict, Verdict::Unsure, "{file:?}");
        assert!(ids(&found).contains(&reason), "{file:?}: {:?}", ids(&found));
    }
    let plain = line.inspect("p", good);
    assert_eq!(ids(&plain), [""; 0]);
    // A defect in its place is NG.
    let pit = line.inspect("p", cases.join("common/pit.png"));
    assert_eq!(pit.inspection.verdict, Verdict::Ng);
}

#[test]
fn samples_of_a_camera_of_twelve_bits_are_read_by_the_products_range() {
    let Some(cases) = cases() else { return };
    let folder = tempfile::tempdir().unwrap();
    let in_twelve_bits = |from: &Path, name: &str| {
        let grey = image::open(from).unwrap().to_luma8();
        let wide = image::ImageBuffer::from_fn(grey.width(), grey.height(), |x, y| {
            image::Luma([u16::from(grey.get_pixel(x, y).0[0]) * 16])
        });
        let file = folder.path().join(name);
        wide.save(&file).unwrap();
        (file, grey)
    };
    let normals = folder.path().join("normals");
    std::fs::create_dir(&normals).unwrap();
    for (n, entry) in std::fs::read_dir(cases.join("common/good")).unwrap().enumerate() {
        in_twelve_bits(&entry.unwrap().path(), &format!("normals/{n}.png"));
    }
    let line = Line::new();
    let registered = line.register("p", normals);
    assert!(registered.new.len() >= 10);
    line.fit("p", InputFit::Shorter);
    let state = line.submit(BankInfo("p".parse().unwrap())).unwrap();
    assert_eq!(state.sample_bits.map(|samples| samples.bits()), Some(12));
    let (good, grey) = in_twelve_bits(&cases.join("common/good.png"), "good.png");
    let found = line.inspect("p", good);
    assert!(says(&found, "12 of its 16 bits"), "{:?}", found.inspection.notices);
    assert_ne!(found.inspection.verdict, Verdict::Ng, "{}", score(&found));
    // A normal picture is most like itself, seen as it was when the bank was fitted.
    for (n, normal) in registered.new.iter().enumerate().take(3) {
        let found = line.inspect("p", folder.path().join(format!("normals/{n}.png")));
        let reference = found.inspection.anomaly.done().unwrap().reference.clone().unwrap();
        assert!(reference.similarity > 0.999, "{normal:?}: {}", reference.similarity);
    }
    // A picture of bytes is decoded once: there is nothing to ask the bank.
    let decoded = |found: &Inspected| {
        let timings = &found.inspection.timings;
        timings.iter().filter(|timing| timing.name == "decode").count()
    };
    let of_bytes = line.inspect("p", cases.join("common/good.png"));
    assert_eq!((decoded(&of_bytes), decoded(&found)), (1, 2));
    // As light as the picture of 8 bits, now and when the record is opened again.
    let opened = line.submit(OpenInspection(found.inspection.id.unwrap()));
    for picture in [&found.picture, opened.picture.as_ref().unwrap()] {
        let far = |(a, b): (&image::Rgb<u8>, &image::Luma<u8>)| a.0[0].abs_diff(b.0[0]);
        assert!(picture.pixels().zip(grey.pixels()).map(far).max() <= Some(1));
    }
    let (pit, _) = in_twelve_bits(&cases.join("common/pit.png"), "pit.png");
    assert_eq!(line.inspect("p", pit).inspection.verdict, Verdict::Ng);
    // A picture that exceeds the range says so.
    let bright = folder.path().join("bright.png");
    let wide = |x, y| image::Luma([u16::from(grey.get_pixel(x, y).0[0]) * 40]);
    image::ImageBuffer::from_fn(grey.width(), grey.height(), wide).save(&bright).unwrap();
    let found = line.inspect("p", bright);
    assert!(says(&found, "above 4095"), "{:?}", found.inspection.notices);
}

#[test]
fn a_black_normal_picture_says_nothing_about_the_bits_of_the_others() {
    if !has_models(&["efficientnet-lite0"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // The black one first, whose samples would end the search.
    for n in 0..4_u16 {
        let sample = |x: u32, y: u32| image::Luma([n * (400 + (x * 13 + y * 7) as u16 % 300)]);
        let picture = image::ImageBuffer::from_fn(64, 64, sample);
        picture.save(folder.path().join(format!("{n}.png"))).unwrap();
    }
    let line = Line::new();
    assert_eq!(line.register("p", folder.path().to_owned()).new.len(), 4);
    line.fit("p", InputFit::Shorter);
    let state = line.submit(BankInfo("p".parse().unwrap())).unwrap();
    assert_eq!(state.sample_bits.map(|samples| samples.bits()), Some(12));
}

#[test]
fn every_verdict_says_that_few_normal_pictures_are_behind_it() {
    let Some(cases) = cases() else { return };
    // Folder of normal pictures, whether its verdicts carry the warning.
    for (folder, count, is_warned) in
        [("16-three-normals/good", 3, true), ("common/good", 12, false)]
    {
        let line = Line::new();
        let registered = line.register("p", cases.join(folder));
        assert_eq!(registered.new.len(), count);
        line.fit("p", InputFit::Shorter);
        let found = line.inspect("p", cases.join("common/good.png"));
        let notices = &found.inspection.notices;
        assert_eq!(says(&found, &format!("rest on {count} normal")), is_warned, "{notices:?}");
    }
}

/// The picture of a file as a JPEG of this quality, in a file that stays until the test's process
/// ends.
fn compressed(path: &Path, quality: u8) -> PathBuf {
    let folder = tempfile::tempdir().unwrap().keep();
    let file = folder.join("part.jpg");
    let picture = image::open(path).unwrap().to_rgb8();
    let writer = std::fs::File::create(&file).unwrap();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(writer, quality);
    picture.write_with_encoder(encoder).unwrap();
    file
}

#[test]
fn what_is_hidden_below_transparency_has_no_score() {
    let Some(cases) = cases() else { return };
    let folder = cases.join("09-transparency");
    let line = Line::new();
    let registered = line.register("p", folder.join("good"));
    assert_eq!(registered.notices.len(), registered.new.len(), "each is transparent");
    line.fit("p", InputFit::Shorter);
    let found = ["black", "white", "noise"]
        .map(|hidden| line.inspect("p", folder.join(format!("good_hidden_{hidden}.png"))));
    for one in &found {
        assert_eq!(one.inspection.verdict, Verdict::Ok, "{}", score(one));
        assert!((score(one) / score(&found[0]) - 1.0).abs() < 0.02);
        assert!(says(one, "transparent"), "{:?}", one.inspection.notices);
    }
    let pit = line.inspect("p", folder.join("pit_hidden_noise.png"));
    assert_eq!(pit.inspection.verdict, Verdict::Ng, "{}", score(&pit));
    let regions = &pit.inspection.anomaly.done().unwrap().regions;
    assert!(regions.iter().all(|region| region.share < 0.2), "{regions:?}");
}

#[test]
fn what_a_crop_leaves_out_is_said_and_darkened() {
    let Some(cases) = cases() else { return };
    let folder = cases.join("43-crop");
    let line = Line::new();
    line.register("p", folder.join("good"));
    line.fit("p", InputFit::Crop);
    let found = line.inspect("p", folder.join("pit_edge.png"));
    assert!(
        says(&found, "50 % of the picture was not looked at"),
        "{:?}",
        found.inspection.notices
    );
    let pictures = found.pictures.as_ref().unwrap();
    let (outside, inside) = ((52, 160), (320, 300));
    let value = |at: (u32, u32)| {
        let (shown, part) =
            (pictures.overlay.get_pixel(at.0, at.1), found.picture.get_pixel(at.0, at.1));
        (shown.0.map(u32::from).iter().sum::<u32>(), part.0.map(u32::from).iter().sum::<u32>())
    };
    let (shown, part) = value(outside);
    assert!(shown < part, "{shown} of {part}");
    let (shown, part) = value(inside);
    assert!(shown * 2 > part, "{shown} of {part}");
    line.fit("p", InputFit::Shorter);
    let found = line.inspect("p", folder.join("pit_edge.png"));
    assert_eq!(found.inspection.verdict, Verdict::Ng);
    assert!(!says(&found, "looked at"), "{:?}", found.inspection.notices);
}

#[test]
fn a_folder_of_other_formats_is_named_file_by_file() {
    let Some(folder) = shared("data/cases/10-other-formats") else { return };
    let line = Line::new();
    let registered = line.register("p", folder);
    assert_eq!(registered.new.len(), 2);
    let said: Vec<String> = registered
        .rejected
        .iter()
        .map(|rejected| {
            let name = rejected.path.file_name().unwrap().to_string_lossy().into_owned();
            format!("{name}: {}", rejected.error.explain(Language::En))
        })
        .collect();
    for (name, kind) in [
        ("IMG_0412.HEIC", "HEIC"),
        ("IMG_0412.jpg", "HEIC"),
        ("clip.gif", "GIF"),
        ("jp2_called.jpg", "JPEG 2000"),
        ("jpeg_12bit.jpg", "12 bits"),
        ("jpeg_lossless_sof3.jpg", "SOF3"),
        ("jpegls_called.jpg", "JPEG-LS"),
        ("new.avif", "AVIF"),
        ("old.pgm", "PGM"),
        ("scan.jp2", "JPEG 2000"),
    ] {
        let is_named = |line: &&String| line.starts_with(name) && line.contains(kind);
        assert_eq!(said.iter().filter(is_named).count(), 1, "{name}: {said:#?}");
    }
    assert!(said.iter().all(|line| !line.contains("damaged") && line.contains("PNG")), "{said:#?}");
    assert_eq!(said.len(), 10);
}

#[test]
fn a_bank_of_two_scales_judges_and_grows_as_one_of_one_scale() {
    let Some(cases) = cases() else { return };
    let line = Line::new();
    line.register("p", cases.join("common/good"));
    let verdicts = |line: &Line| {
        let inspect = |name| line.inspect("p", cases.join("common").join(name));
        let (good, pit) = (inspect("good.png"), inspect("pit.png"));
        let pit_at = pit.inspection.anomaly.done().unwrap().regions[0].rect_in_image;
        assert!(pit_at.x <= 226 && 226 <= pit_at.x + pit_at.width, "{pit_at:?}");
        (score(&good), score(&pit), pit.inspection.anomaly.done().unwrap().verdict)
    };
    line.fit("p", InputFit::Shorter);
    let one = verdicts(&line);
    line.fit("p", InputFit::Fine);
    let two = verdicts(&line);
    assert_eq!((one.2, two.2), (Verdict::Ng, Verdict::Ng));
    assert_ne!((one.0, one.1), (two.0, two.1), "both scales have a part in the scores");
    let extended = line.submit(ExtendBank {
        product: "p".parse().unwrap(),
        paths: vec![cases.join("common/good.png")],
        recursive: false,
        preview: false,
    });
    assert!(extended.added.len() == 1 && extended.added[0].rows > 0, "{extended:?}");
    let three = verdicts(&line);
    // What was added scores less; the defect as before, at both scales.
    assert!(three.0 < 0.7 * two.0, "{} {}", three.0, two.0);
    assert!((three.1 - two.1).abs() < 0.1 * two.1 && three.2 == Verdict::Ng);
}
