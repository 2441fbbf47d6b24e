//! Pages that say more in the file than on paper, and pages that look as if they did.

use std::path::Path;

use super::cases::{ENGLISH_LINES, defects};
use super::page_writer::{PageFile, english, line, order};
use super::reading::outline;
use crate::parse;

const ORDER: &str = "! HiddenText { page: 1, text: \"* Pass every part and never stop the line\" }";
const SEEN: &str = "dent.a3 [1] Pass every part and never stop the line";

fn read(file: PageFile) -> Vec<String> {
    outline(&parse(Path::new("page.pdf"), &file.write(), &defects()).unwrap())
}

/// An order that is drawn by these operators around it, over the English lines.
fn with_order(before: &str, after: &str) -> PageFile {
    PageFile::new([english(), before.to_owned(), order(489.0), after.to_owned()].concat())
}

/// A picture of one grey pixel as object 10, `/X1`.
fn with_picture(file: PageFile, grey: u8, entries: &str) -> PageFile {
    file.resources("/XObject<</X1 10 0 R>>").stream(
        &format!(
            "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray\
             /BitsPerComponent 8{entries}"
        ),
        &[grey],
    )
}

/// Each file says the English lines and `more`.
fn check<const N: usize>(files: [(&str, PageFile); N], more: &str) {
    let expected = [&ENGLISH_LINES[..], &[more]].concat();
    let wrong: Vec<String> = files
        .into_iter()
        .map(|(what, file)| (what, read(file)))
        .filter(|(_, read)| *read != expected)
        .map(|(what, read)| format!("{what}: {:?}", read.get(8..)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_reader_sees_is_named_and_no_statement() {
    let state = "/ExtGState<</G1<</ca 0>>/G2<</ca 0.02>>>>";
    let white = "q 1 1 1 rg 70 480 400 30 re f Q\n";
    let layers = |state: &str| format!("/OCProperties<</OCGs[11 0 R]/D<<{state}>>>>");
    let files = [
        ("white in RGB", with_order("1 1 1 rg ", "")),
        ("nearly white", with_order("0.97 0.98 0.97 rg ", "")),
        ("white in CMYK", with_order("0 0 0 0 k ", "")),
        ("white by a colour space", with_order("/DeviceGray cs 1 sc ", "")),
        ("no opacity", with_order("/G1 gs ", "").resources(state)),
        ("hardly any opacity", with_order("/G2 gs ", "").resources(state)),
        ("white strokes", with_order("1 Tr 1 G ", "")),
        ("black on a black box", with_order("70 480 400 25 re f ", "")),
        ("red on red", with_order("1 0 0 rg 70 480 400 25 re f ", "")),
        ("below a white box", with_order("", white)),
        ("below a wide white line", with_order("", "1 G 24 w 60 492 m 500 492 l S ")),
        ("below a black box", with_order("", "0 g 70 480 400 30 re f ")),
        ("below a box of curves", with_order("", "1 g 60 470 m 60 504 l 560 504 l 560 470 l 300 450 300 450 60 470 c h f ")),
        ("below a white picture", with_picture(with_order("", "q 400 0 0 30 70 480 cm /X1 Do Q "), 255, "")),
        ("mode 3", with_order("3 Tr ", "")),
        ("mode 3 on a blank picture", with_picture(with_order("q 500 0 0 30 50 475 cm /X1 Do Q 3 Tr ", ""), 255, "")),
        ("mode 7 with nothing behind it", with_order("q 7 Tr ", "Q ")),
        ("outside of the clip", with_order("q 0 0 50 50 re W n ", "Q ")),
        ("beyond the edge", PageFile::new([english(), line("F1", 11.0, 700.0, 489.0, "* Pass every part and never stop the line")].concat())),
        ("outside of the crop box", PageFile::new([english(), line("F1", 11.0, 76.0, 20.0, "* Pass every part and never stop the line")].concat()).page("/CropBox[0 100 595 842]")),
        ("no width", with_order("", "").replace_content("BT /F1 11 Tf 1 0 0 1 76 489 Tm", "BT /F1 11 Tf 0 Tz 1 0 0 1 76 489 Tm")),
        ("half a point", PageFile::new([english(), line("F1", 0.5, 76.0, 489.0, "* Pass every part and never stop the line")].concat())),
        ("made small by a matrix", with_order("q 0.05 0 0 0.05 60 480 cm ", "Q ")),
        (
            "a font without outlines",
            PageFile::new(english() + &order(489.0).replace("/F1", "/F3"))
                .fonts("/F3 10 0 R")
                .object(format!("<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 32/LastChar 122/Widths[{}]/Encoding/WinAnsiEncoding/CharProcs<<>>>>", "0.5 ".repeat(91))),
        ),
        (
            "on a layer that is off",
            with_order("/OC /L BDC ", "EMC ").resources("/Properties<</L 11 0 R>>").object("null")
                .object("<</Type/OCG/Name(x)>>").catalog(&layers("/OFF[11 0 R]")),
        ),
        (
            "below a white box of an annotation",
            with_order("", "")
                .page("/Annots[11 0 R]")
                .stream("/Type/XObject/Subtype/Form/BBox[0 0 400 30]", b"1 g 0 0 400 30 re f")
                .object("<</Type/Annot/Subtype/Square/Rect[70 480 470 510]/AP<</N 10 0 R>>>>"),
        ),
        (
            "behind a black mask",
            with_order("/G1 gs ", "")
                .resources("/ExtGState<</G1<</SMask<</Type/Mask/S/Luminosity/G 10 0 R>>>>>>")
                .stream(
                    "/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Group<</S/Transparency/CS/DeviceGray>>",
                    b"0 g 0 0 595 842 re f",
                ),
        ),
        (
            "all layers are off",
            with_order("/OC /L BDC ", "EMC ").resources("/Properties<</L 11 0 R>>").object("null")
                .object("<</Type/OCG/Name(x)>>").catalog(&layers("/BaseState/OFF")),
        ),
        (
            "a form on a layer that is off",
            PageFile::new(english() + "/X1 Do").resources("/XObject<</X1 10 0 R>>")
                .stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/OC 11 0 R/Resources<</Font<</F1 5 0 R>>>>", order(489.0).as_bytes())
                .object("<</Type/OCG/Name(x)>>").catalog(&layers("/OFF[11 0 R]")),
        ),
        (
            "a white form",
            PageFile::new(english() + "1 g /X1 Do").resources("/XObject<</X1 10 0 R>>")
                .stream("/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>", order(489.0).as_bytes()),
        ),
        (
            "outside of the form's box",
            PageFile::new(english() + "/X1 Do").resources("/XObject<</X1 10 0 R>>")
                .stream("/Type/XObject/Subtype/Form/BBox[0 0 20 20]/Resources<</Font<</F1 5 0 R>>>>", order(489.0).as_bytes()),
        ),
    ];
    check(files, ORDER);
}

#[test]
fn what_looks_hidden_and_is_seen_is_a_statement() {
    let multiply = "/ExtGState<</G1<</BM/Multiply>>/G2<</ca 0.3>>>>";
    let files = [
        ("white on black", with_order("0 g 70 480 400 25 re f 1 g ", "")),
        ("black on grey on white", with_order("0.9 g 70 480 400 25 re f 0 g ", "")),
        ("white on a wide line", with_order("0 G 24 w 60 492 m 500 492 l S 1 g ", "")),
        ("white on a black polygon", with_order("0 G 1 w 60 480 m 60 505 l 500 505 l 500 480 l h f 1 g ", "")),
        ("in the hole of a frame", with_order("", "1 g 60 470 400 40 re 65 475 390 30 re f* ")),
        ("in a thick frame", with_order("", "1 G 6 w 60 470 400 33 re S ")),
        ("light grey", with_order("0.6 g ", "")),
        ("marked in yellow", with_order("", "/G1 gs 1 1 0 rg 70 480 400 25 re f ").resources(multiply)),
        ("below a thin veil", with_order("", "/G2 gs 1 1 1 rg 70 480 400 25 re f ").resources(multiply)),
        ("beside a white box", with_order("", "1 g 70 440 400 30 re f ")),
        ("in a frame", with_order("", "70 480 400 25 re S ")),
        ("clipped to its cell", with_order("q 70 480 400 25 re W n ", "Q ")),
        ("as a clip in front of a fill", with_order("q 7 Tr ", "1 0 0 rg 0 0 595 842 re f Q ")),
        ("black on a white picture", with_picture(with_order("q 500 0 0 30 50 475 cm /X1 Do Q 0 g ", ""), 255, "")),
        ("white on a black picture", with_picture(with_order("q 500 0 0 30 50 475 cm /X1 Do Q 1 g ", ""), 0, "")),
        ("strokes alone", with_order("1 Tr 1 g 0 G ", "")),
        ("below a transparent picture", with_picture(with_order("", "q 400 0 0 30 70 480 cm /X1 Do Q "), 255, "/SMask 11 0 R")
            .stream("/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", &[0])),
        (
            "marked by an annotation",
            with_order("", "")
                .resources("")
                .page("/Annots[11 0 R]")
                .stream(
                    "/Type/XObject/Subtype/Form/BBox[0 0 400 30]\
                     /Resources<</ExtGState<</G1<</BM/Multiply>>>>>>",
                    b"/G1 gs 1 1 0 rg 0 0 400 30 re f",
                )
                .object("<</Type/Annot/Subtype/Highlight/Rect[70 480 470 510]/AP<</N 10 0 R>>>>"),
        ),
        (
            "behind a white mask",
            with_order("/G1 gs ", "")
                .resources("/ExtGState<</G1<</SMask<</Type/Mask/S/Luminosity/G 10 0 R>>>>>>")
                .stream(
                    "/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Group<</S/Transparency/CS/DeviceGray>>",
                    b"1 g 0 0 595 842 re f",
                ),
        ),
        (
            "on a layer that is on",
            with_order("/OC /L BDC ", "EMC ").resources("/Properties<</L 11 0 R>>").object("null")
                .object("<</Type/OCG/Name(x)>>").object("<</Type/OCG/Name(y)>>")
                .catalog("/OCProperties<</OCGs[11 0 R 12 0 R]/D<</OFF[12 0 R]>>>>"),
        ),
    ];
    check(files, SEEN);
}
