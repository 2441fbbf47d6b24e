//! Rendered pages: the lines read on a page lie where the picture has ink.

use std::path::Path;
use std::sync::OnceLock;

use lopdf::{Document, Object};
use proptest::prelude::*;

use crate::page_picture::MAX_PICTURE_SIDE;
use crate::{ManualsError, PagePicture, page_picture, page_sizes, parse_lines, read_lines};
use fettle_domain::{ManualLine, RectPt, SizePt};
use fettle_testing::data::shared;
use fettle_testing::documents::{fonts, own_fonts, page, pdf, put};

const WIDTH: u32 = 900;

fn picture(bytes: &[u8], page: u32) -> Result<PagePicture, ManualsError> {
    drawn(bytes, page, WIDTH)
}

fn drawn(bytes: &[u8], page: u32, width_px: u32) -> Result<PagePicture, ManualsError> {
    let korean_font = include_bytes!("../../../assets/fonts/FettleGothic-Regular.ttf");
    page_picture(Path::new("a.pdf"), bytes.to_vec(), page, width_px, korean_font)
}

fn lines(bytes: &[u8]) -> Vec<ManualLine> {
    parse_lines(Path::new("a.pdf"), bytes).unwrap()
}

/// Dark pixels in each rectangle (a pixel wider all around), and how many are in none.
fn ink(picture: &PagePicture, rects: &[RectPt]) -> (Vec<usize>, usize) {
    let PagePicture { pixels, size } = picture;
    let (across, down) = (pixels.width() as f32 / size.width, pixels.height() as f32 / size.height);
    let (mut inside, mut outside) = (vec![0; rects.len()], 0);
    for (x, y, pixel) in pixels.enumerate_pixels() {
        if pixel.0.iter().all(|value| *value >= 128) {
            continue;
        }
        let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
        let holds = |rect: &RectPt| {
            x >= rect.x * across - 1.0
                && x <= (rect.x + rect.width) * across + 1.0
                && y >= rect.y * down - 1.0
                && y <= (rect.y + rect.height) * down + 1.0
        };
        match rects.iter().position(holds) {
            Some(at) => inside[at] += 1,
            None => outside += 1,
        }
    }
    (inside, outside)
}

#[test]
fn a_lines_ink_is_in_its_rectangle_however_the_page_is_turned_and_cropped() {
    let fonts = own_fonts();
    let given = ["# hole (기공)", "발생 원인", "• 용탕 내 가스가 배출되지 않음", "조치 가이드"];
    let bytes = pdf(&fonts, &[page(&given)], false);
    // Given: what the page's dictionary says; expected: the size that a reader sees.
    type Crop = Option<[i64; 4]>;
    let boxes: [(&str, Crop, (f32, f32)); 3] = [
        ("as it is", None, (595.0, 842.0)),
        ("cropped", Some([20, 300, 520, 842]), (500.0, 542.0)),
        ("cropped beyond the paper", Some([-50, -50, 500, 2000]), (500.0, 842.0)),
    ];
    for (name, crop, (width, height)) in boxes {
        for turn in [0, 90, 180, 270] {
            let mut document = Document::load_mem(&bytes).unwrap();
            let id = document.page_iter().next().unwrap();
            let dictionary = document.get_dictionary_mut(id).unwrap();
            dictionary.set("Rotate", turn);
            if let Some(crop) = crop {
                dictionary.set("CropBox", crop.map(Object::from).to_vec());
            }
            let mut turned = Vec::new();
            document.save_to(&mut turned).unwrap();

            let lines = lines(&turned);
            assert_eq!(lines.len(), given.len(), "{name}, {turn}");
            let rects: Vec<RectPt> = lines.iter().map(|line| line.rect).collect();
            let picture = picture(&turned, 1).unwrap();
            let expected = if turn % 180 == 0 { (width, height) } else { (height, width) };
            let seen = (picture.size.width, picture.size.height);
            assert_eq!(seen, expected, "{name}, {turn}");
            assert_eq!(picture.pixels.width(), WIDTH, "{name}, {turn}");
            let (inside, outside) = ink(&picture, &rects);
            let all: usize = inside.iter().sum();
            assert!(inside.iter().all(|count| *count > 50), "{name}, {turn}: {inside:?}");
            assert!(outside * 200 < all, "{name}, {turn}: {outside} of {all} outside");
        }
    }
}

/// A page whose Korean font is named and not embedded.
fn without_font(base_font: &str) -> Vec<u8> {
    let content = b"BT /F1 24 Tf 72 700 Td <AE30ACF5C870CE58> Tj ET";
    format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
         /Resources<</Font<</F1 5 0 R>>>>>>endobj\n\
         4 0 obj<</Length {length}>>stream\n{text}\nendstream endobj\n\
         5 0 obj<</Type/Font/Subtype/Type0/BaseFont/{base_font}/Encoding/UniKS-UCS2-H\
         /DescendantFonts[6 0 R]>>endobj\n\
         6 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/{base_font}/CIDSystemInfo\
         <</Registry(Adobe)/Ordering(Korea1)/Supplement 1>>/FontDescriptor 7 0 R/DW 1000>>endobj\n\
         7 0 obj<</Type/FontDescriptor/FontName/{base_font}/Flags 4/ItalicAngle 0/Ascent 880\
         /Descent -120/CapHeight 700/StemV 80/FontBBox[0 -120 1000 880]>>endobj\n\
         trailer<</Root 1 0 R/Size 8>>\n",
        length = content.len(),
        text = String::from_utf8_lossy(content),
    )
    .into_bytes()
}

#[test]
fn text_in_a_font_that_is_not_embedded_is_drawn() {
    if fonts().is_none() {
        return;
    }
    let mut inks = Vec::new();
    for base_font in ["HYSMyeongJo-Medium", "HYGoThic-Bold"] {
        let bytes = without_font(base_font);
        let lines = lines(&bytes);
        assert_eq!(lines[0].text, "기공조치");
        let (inside, outside) = ink(&picture(&bytes, 1).unwrap(), &[lines[0].rect]);
        assert!(inside[0] > 500 && outside * 50 < inside[0], "{inside:?} and {outside}");
        inks.push(inside[0]);
    }
    // The bold one is bolder.
    assert!(inks[1] > inks[0], "{inks:?}");
}

#[test]
fn the_real_manuals_are_drawn_with_their_lines_where_they_were_read() {
    let Some(folder) = shared("data/manuals") else { return };
    let files = std::fs::read_dir(folder).unwrap();
    for path in files.map(|file| file.unwrap().path()) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let lines = read_lines(&path).unwrap();
        let sizes = page_sizes(&path, bytes.clone()).unwrap();
        for (number, size) in (1..).zip(sizes) {
            let picture = picture(&bytes, number).unwrap();
            assert_eq!(picture.size, size);
            let on_page = lines.iter().filter(|line| line.page == number);
            let rects: Vec<RectPt> = on_page.map(|line| line.rect).collect();
            let (inside, _) = ink(&picture, &rects);
            let without = inside.iter().filter(|count| **count < 10).count();
            assert_eq!(without, 0, "{name}, page {number}: {without} lines without ink");
        }
    }
}

#[test]
fn a_page_that_cannot_be_drawn_is_an_error() {
    let fonts = own_fonts();
    let bytes = pdf(&fonts, &[page(&["# hole"]), Vec::new()], false);
    assert!(picture(&bytes, 2).unwrap().pixels.pixels().all(|pixel| pixel.0 == [255; 3]));
    for page in [0, 3, u32::MAX] {
        let error = picture(&bytes, page).unwrap_err();
        assert!(matches!(error, ManualsError::NoPage { pages: 2, .. }), "{error}");
    }
    for junk in [&b""[..], b"%PDF-1.7\n", b"PK\x03\x04 word document"] {
        let error = picture(junk, 1).unwrap_err();
        assert!(matches!(error, ManualsError::Damaged { .. }), "{error}");
    }
}

#[test]
fn a_picture_is_never_larger_than_it_may_be() {
    let fonts = own_fonts();
    let bytes = pdf(&fonts, &[vec![put(100.0, 200.0, "기공")]], false);
    for (media, width_px) in [
        ([0, 0, 595, 842], u32::MAX),
        ([0, 0, 10, 14_400], 4000),
        ([0, 0, 14_400, 10], 1),
        ([0, 0, 1_000_000_000, 1_000_000_000], 2000),
    ] {
        let mut document = Document::load_mem(&bytes).unwrap();
        let id = document.page_iter().next().unwrap();
        let media: Vec<Object> = media.map(Object::from).to_vec();
        document.get_dictionary_mut(id).unwrap().set("MediaBox", media.clone());
        let mut other = Vec::new();
        document.save_to(&mut other).unwrap();
        let picture = drawn(&other, 1, width_px).unwrap();
        let (width, height) = picture.pixels.dimensions();
        assert!((1..=MAX_PICTURE_SIDE).contains(&width), "{media:?}: {width}");
        assert!((1..=MAX_PICTURE_SIDE).contains(&height), "{media:?}: {height}");
    }
}

/// Two pages, unpacked, so that changes meet structure and operators.
fn unpacked() -> Vec<u8> {
    let lines = ["# hole", "발생 원인", "• 탈기 불량", "조치 가이드"];
    let bytes = pdf(&own_fonts(), &[page(&lines), page(&["• 온도 유지"])], false);
    let mut document = Document::load_mem(&bytes).unwrap();
    document.decompress();
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_bytes_are_an_error_or_a_picture(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        cut in prop::option::of(any::<prop::sample::Index>()),
        page in 1_u32..3,
    ) {
        static SAMPLE: OnceLock<Vec<u8>> = OnceLock::new();
        let sample = SAMPLE.get_or_init(unpacked);
        let mut bytes = sample.clone();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(drawn) = drawn(&bytes, page, 200) {
            prop_assert!(drawn.pixels.width() > 0 && drawn.pixels.height() <= MAX_PICTURE_SIDE);
        }
        if let Ok(sizes) = page_sizes(Path::new("a.pdf"), bytes) {
            let sane = |size: &SizePt| size.width > 0.0 && size.height.is_finite();
            prop_assert!(sizes.iter().all(sane));
        }
    }
}

#[test]
fn a_form_that_shows_itself_and_arrays_in_arrays_end() {
    let deep = "[".repeat(50_000);
    let content = format!("{deep} BT /F1 10 Tf 50 700 Td (hole) Tj ET /X1 Do");
    let body = format!(
        "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
         2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1/Parent 2 0 R>>endobj\n\
         3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources 5 0 R>>endobj\n\
         4 0 obj<</Length {length}>>stream\n{content}\nendstream endobj\n\
         5 0 obj<</Font<</F1 6 0 R>>/XObject<</X1 7 0 R>>>>endobj\n\
         6 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>endobj\n\
         7 0 obj<</Type/XObject/Subtype/Form/BBox[0 0 900 900]/Resources 5 0 R/Length {length}>>stream\n{content}\nendstream endobj\n\
         8 0 obj {deep} endobj\n\
         trailer<</Root 1 0 R/Size 9>>\n",
        length = content.len(),
    );
    // Either is well; it ends.
    match picture(body.as_bytes(), 1) {
        Ok(drawn) => assert_eq!(drawn.pixels.width(), WIDTH),
        Err(error) => assert!(matches!(error, ManualsError::Damaged { .. }), "{error}"),
    }
}
