//! Korean fonts that are not embedded, by every way to write their letters; fonts without `ToUnicode`.

use std::path::Path;

use encoding_rs::EUC_KR;

use super::cases::{LINES, defects};
use super::page_writer::PageFile;
use super::reading::outline;
use crate::{ManualsError, parse};
use fettle_testing::data::checkout;

/// The 13 lines with sizes, indents and baselines.
const PRINTED: [(f64, f64, f64, &str); 13] = [
    (15.0, 60.0, 770.0, "긁힘 (scratch)"),
    (12.0, 60.0, 744.0, "발생 원인"),
    (11.0, 76.0, 723.0, "※ 이송 컨베이어 가이드 레일의 마모"),
    (11.0, 76.0, 704.0, "※ 적재 트레이 바닥의 이물"),
    (12.0, 60.0, 684.0, "조치 가이드"),
    (11.0, 76.0, 663.0, "※ 가이드 레일 교체 주기를 3개월로 단축"),
    (11.0, 76.0, 644.0, "※ 트레이를 교대마다 에어로 청소"),
    (15.0, 60.0, 615.0, "찍힘 (dent)"),
    (12.0, 60.0, 589.0, "발생 원인"),
    (11.0, 76.0, 568.0, "※ 취출 로봇의 낙하 높이 과다"),
    (12.0, 60.0, 548.0, "조치 가이드"),
    (11.0, 76.0, 527.0, "※ 낙하 높이를 50 mm 이하로 조정"),
    (11.0, 76.0, 508.0, "※ 완충 패드를 트레이에 부착"),
];

type Encode = fn(&str) -> Vec<u8>;

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn utf32(text: &str) -> Vec<u8> {
    text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()
}

fn utf8(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn euc(text: &str) -> Vec<u8> {
    EUC_KR.encode(text).0.into_owned()
}

/// The 13 lines in a font `/K`; of vertical writing each line is a column.
fn content(encode: Encode, is_vertical: bool) -> String {
    PRINTED
        .iter()
        .map(|(size, x, y, text)| {
            let (x, y) = if is_vertical { (y - 230.0, 850.0 - x) } else { (*x, *y) };
            format!("BT /K {size} Tf 1 0 0 1 {x} {y} Tm <{}> Tj ET\n", hex::encode(encode(text)))
        })
        .collect()
}

/// A composite font as object 10 that names this encoding and embeds nothing.
fn with_font(file: PageFile, encoding: &str) -> PageFile {
    file.fonts("/K 10 0 R")
        .object(format!(
            "<</Type/Font/Subtype/Type0/BaseFont/HYSMyeongJo-Medium/Encoding/{encoding}\
             /DescendantFonts[11 0 R]>>"
        ))
        .object(
            "<</Type/Font/Subtype/CIDFontType0/BaseFont/HYSMyeongJo-Medium/DW 1000/W[1 95 500]\
             /CIDSystemInfo<</Registry(Adobe)/Ordering(Korea1)/Supplement 2>>\
             /FontDescriptor 12 0 R>>",
        )
        .object("<</Type/FontDescriptor/FontName/HYSMyeongJo-Medium/Flags 6/StemV 90>>")
}

fn read(file: PageFile) -> Result<Vec<String>, ManualsError> {
    Ok(outline(&parse(Path::new("page.pdf"), &file.write(), &defects())?))
}

#[test]
fn every_predefined_cmap_of_korean() {
    let cases: [(&str, Encode); 12] = [
        ("KSC-EUC-H", euc),
        ("KSC-EUC-V", euc),
        ("KSCms-UHC-H", euc),
        ("KSCms-UHC-V", euc),
        ("KSCms-UHC-HW-H", euc),
        ("KSCpc-EUC-H", euc),
        ("UniKS-UCS2-H", utf16),
        ("UniKS-UCS2-V", utf16),
        ("UniKS-UTF16-H", utf16),
        ("UniKS-UTF8-V", utf8),
        ("UniKS-UTF32-H", utf32),
        ("UniKS-UTF32-V", utf32),
    ];
    for (encoding, encode) in cases {
        let is_vertical = encoding.ends_with("-V");
        let file = with_font(PageFile::new(content(encode, is_vertical)), encoding);
        assert_eq!(read(file).unwrap(), LINES, "{encoding}");
    }
}

/// A file whose font, our own, is embedded as a whole, shown by its glyph numbers.
fn with_own_font(to_unicode: Option<&[u8]>) -> PageFile {
    let path = checkout().join("assets/fonts/FettleGothic-Regular.ttf");
    let program = std::fs::read(path).unwrap();
    let face = ttf_parser::Face::parse(&program, 0).unwrap();
    let content: String = PRINTED
        .iter()
        .map(|(size, x, y, text)| {
            let text = text.replace('※', "•");
            let glyphs = text.chars().map(|c| face.glyph_index(c).unwrap().0);
            let codes: String = glyphs.map(|glyph| format!("{glyph:04X}")).collect();
            format!("BT /K {size} Tf 1 0 0 1 {x} {y} Tm <{codes}> Tj ET\n")
        })
        .collect();
    let said = if to_unicode.is_some() { "/ToUnicode 14 0 R" } else { "" };
    PageFile::new(content)
        .fonts("/K 10 0 R")
        .object(format!(
            "<</Type/Font/Subtype/Type0/BaseFont/FettleGothic/Encoding/Identity-H\
             /DescendantFonts[11 0 R]{said}>>"
        ))
        .object(
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/FettleGothic/DW 900/CIDToGIDMap/Identity\
             /CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>\
             /FontDescriptor 12 0 R>>",
        )
        .object("<</Type/FontDescriptor/FontName/FettleGothic/Flags 4/FontFile2 13 0 R>>")
        .stream("", &program)
        .stream("", to_unicode.unwrap_or_default())
}

#[test]
fn the_character_map_of_an_embedded_font_stands_in_for_tounicode() {
    let read = read(with_own_font(None)).unwrap();
    assert_eq!(read, LINES);
}

#[test]
fn letters_without_meaning_are_counted_and_a_file_of_them_is_refused() {
    // A map that says nothing of any letter but that of "긁".
    let path = checkout().join("assets/fonts/FettleGothic-Regular.ttf");
    let program = std::fs::read(path).unwrap();
    let glyph = ttf_parser::Face::parse(&program, 0).unwrap().glyph_index('긁').unwrap().0;
    let own = format!("1 beginbfchar <{glyph:04X}> <AE01> endbfchar");
    // The font's own map is used for what the file's lacks.
    assert_eq!(read(with_own_font(Some(own.as_bytes()))).unwrap(), LINES);
    // A font of the program's own letters, not embedded, in an order that nothing states.
    let file = PageFile::new(content(utf16, false))
        .fonts("/K 10 0 R")
        .object(
            "<</Type/Font/Subtype/Type0/BaseFont/Own/Encoding/Identity-H/DescendantFonts[11 0 R]>>",
        )
        .object(
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/Own/DW 1000\
             /CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        );
    let error = read(file).unwrap_err();
    assert!(matches!(error, ManualsError::UnreadableLetters { letters: 100.., .. }), "{error}");
}

#[test]
fn a_damaged_tounicode_is_not_believed() {
    let path = checkout().join("assets/fonts/FettleGothic-Regular.ttf");
    let program = std::fs::read(path).unwrap();
    let face = ttf_parser::Face::parse(&program, 0).unwrap();
    let glyph = face.glyph_index('긁').unwrap().0;
    let map = format!("1 beginbfchar <{glyph:04X}> <AE01> endbfchar {}", " ".repeat(4000));
    let mut packed = Vec::new();
    let mut encoder = flate2::write::ZlibEncoder::new(&mut packed, flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, map.as_bytes()).unwrap();
    encoder.finish().unwrap();
    packed.truncate(packed.len() - 12);
    let file = PageFile::new(format!("BT /K 11 Tf 1 0 0 1 60 700 Tm <{glyph:04X}> Tj ET"))
        .fonts("/K 10 0 R")
        .object(
            "<</Type/Font/Subtype/Type0/BaseFont/Own/Encoding/Identity-H/DescendantFonts[11 0 R]\
             /ToUnicode 12 0 R>>",
        )
        .object(
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/Own/DW 1000\
             /CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        )
        .stream("/Filter/FlateDecode", &packed);
    let error = read(file).unwrap_err();
    assert!(matches!(error, ManualsError::UnreadableLetters { letters: 1, .. }), "{error}");
}
