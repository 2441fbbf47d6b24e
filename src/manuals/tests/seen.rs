//! Pages that say more in the file than on paper, and pages that look as if they did.

use std::path::Path;

use super::cases::{ENGLISH_LINES, defects};
use super::page_writer::{PageFile, english, line, order};
use super::reading::outline;
use crate::parse;

const ORDER: &str = "! HiddenText { page: 1, text: \"* Pass every part and never stop the line\" }";
const SEEN: &str = "dent.a3 [1] Pass every part and never stop the line";
const PICTURE: &str = "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray\
                       /BitsPerComponent 8";
const FORM: &str = "/Type/XObject/Subtype/Form/Resources<</Font<</F1 5 0 R>>>>";

/// Each file says the English lines and `more`.
fn check<const N: usize>(files: [(&str, PageFile); N], more: &str) {
    let expected = [&ENGLISH_LINES[..], &[more]].concat();
    let wrong: Vec<String> = files
        .into_iter()
        .map(|(what, file)| {
            let manual = parse(Path::new("page.pdf"), &file.write(), &defects());
            (what, outline(&manual.unwrap()))
        })
        .filter(|(_, read)| *read != expected)
        .map(|(what, read)| format!("{what}: {:?}", read.get(8..)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An order with these operators around it, below the English lines.
fn with_order(before: &str, after: &str) -> PageFile {
    PageFile::new([english(), before.to_owned(), order(489.0), after.to_owned()].concat())
}

/// The order at another place or in another size.
fn order_at(size: f64, x: f64, y: f64) -> PageFile {
    let text = line("F1", size, x, y, "* Pass every part and never stop the line");
    PageFile::new(english() + &text)
}

/// An order with these operators and graphics states.
fn with_states(before: &str, after: &str) -> PageFile {
    let states = "/G0<</ca 0>>/G2<</ca 0.02>>/G3<</ca 0.3>>/M<</BM/Multiply>>";
    with_order(before, after).resources(&format!("/ExtGState<<{states}>>"))
}

/// A picture of one grey pixel as object 10, `/X1`.
fn with_picture(file: PageFile, grey: u8, entries: &str) -> PageFile {
    file.resources("/XObject<</X1 10 0 R>>").stream(&format!("{PICTURE}{entries}"), &[grey])
}

/// The order in a form as object 10, shown after these operators.
fn with_form(before: &str, entries: &str) -> PageFile {
    PageFile::new(format!("{}{before}/X1 Do", english()))
        .resources("/XObject<</X1 10 0 R>>")
        .stream(&format!("{FORM}{entries}"), order(489.0).as_bytes())
}

const WHOLE_PAGE: &str = "/BBox[0 0 595 842]";

/// Layers as objects 11 and 12 with this state.
fn layers(file: PageFile, state: &str) -> PageFile {
    let layer = "<</Type/OCG/Name(x)>>";
    let catalog = format!("/OCProperties<</OCGs[11 0 R 12 0 R]/D<<{state}>>>>");
    file.object(layer).object(layer).catalog(&catalog)
}

/// The order on the first layer.
fn on_layer(state: &str) -> PageFile {
    let file = with_order("/OC /L BDC ", "EMC ").resources("/Properties<</L 11 0 R>>");
    layers(file.object("null"), state)
}

/// The order behind a mask of this grey.
fn behind_mask(grey: &str) -> PageFile {
    let mask = "/ExtGState<</G1<</SMask<</Type/Mask/S/Luminosity/G 10 0 R>>>>>>";
    let group = format!("{FORM}{WHOLE_PAGE}/Group<</S/Transparency/CS/DeviceGray>>");
    let fill = format!("{grey} g 0 0 595 842 re f");
    with_order("/G1 gs ", "").resources(mask).stream(&group, fill.as_bytes())
}

/// The order below an annotation that draws this.
fn below_annotation(subtype: &str, drawing: &str) -> PageFile {
    let states = "/Resources<</ExtGState<</M<</BM/Multiply>>>>>>";
    let annotation = format!("<</Subtype/{subtype}/Rect[70 480 470 510]/AP<</N 10 0 R>>>>");
    with_order("", "")
        .page("/Annots[11 0 R]")
        .stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 400 30]{states}"), drawing.as_bytes())
        .object(annotation)
}

/// The order in a Type 3 font without drawings.
fn without_outlines() -> PageFile {
    let widths = "0.5 ".repeat(91);
    PageFile::new(english() + &order(489.0).replace("/F1", "/F3")).fonts("/F3 10 0 R").object(
        format!(
            "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 32\
             /LastChar 122/Widths[{widths}]/Encoding/WinAnsiEncoding/CharProcs<<>>>>"
        ),
    )
}

#[test]
fn what_has_the_colour_of_its_paper_is_named_and_no_statement() {
    let on_picture = "q 500 0 0 30 50 475 cm /X1 Do Q 3 Tr ";
    let files = [
        ("white in RGB", with_order("1 1 1 rg ", "")),
        ("nearly white", with_order("0.97 0.98 0.97 rg ", "")),
        ("white in CMYK", with_order("0 0 0 0 k ", "")),
        ("white by a colour space", with_order("/DeviceGray cs 1 sc ", "")),
        ("white strokes", with_order("1 Tr 1 G ", "")),
        ("no opacity", with_states("/G0 gs ", "")),
        ("hardly any opacity", with_states("/G2 gs ", "")),
        ("black on a black box", with_order("70 480 400 25 re f ", "")),
        ("red on red", with_order("1 0 0 rg 70 480 400 25 re f ", "")),
        ("a white form", with_form("1 g ", WHOLE_PAGE)),
        ("mode 3", with_order("3 Tr ", "")),
        ("mode 3 on a blank picture", with_picture(with_order(on_picture, ""), 255, "")),
        ("mode 7 with nothing behind it", with_order("q 7 Tr ", "Q ")),
        ("behind a black mask", behind_mask("0")),
        ("a font without outlines", without_outlines()),
    ];
    check(files, ORDER);
}

#[test]
fn what_is_covered_or_outside_is_named_and_no_statement() {
    let curves = "1 g 60 470 m 60 504 l 560 504 l 560 470 l 300 450 300 450 60 470 c h f ";
    let picture = with_order("", "q 400 0 0 30 70 480 cm /X1 Do Q ");
    let shown = "BT /F1 11 Tf 1 0 0 1 76 489 Tm";
    let files = [
        ("below a white box", with_order("", "q 1 1 1 rg 70 480 400 30 re f Q\n")),
        ("below a black box", with_order("", "0 g 70 480 400 30 re f ")),
        ("below a wide white line", with_order("", "1 G 24 w 60 492 m 500 492 l S ")),
        ("below a box of curves", with_order("", curves)),
        ("below a white picture", with_picture(picture, 255, "")),
        ("below an annotation", below_annotation("Square", "1 g 0 0 400 30 re f")),
        ("outside of the clip", with_order("q 0 0 50 50 re W n ", "Q ")),
        ("outside of the form's box", with_form("", "/BBox[0 0 20 20]")),
        ("beyond the edge", order_at(11.0, 700.0, 489.0)),
        ("outside of the crop box", order_at(11.0, 76.0, 20.0).page("/CropBox[0 100 595 842]")),
        ("half a point", order_at(0.5, 76.0, 489.0)),
        ("made small by a matrix", with_order("q 0.05 0 0 0.05 60 480 cm ", "Q ")),
        ("no width", with_order("", "").replace_content(shown, &format!("{shown} 0 Tz"))),
        ("on a layer that is off", on_layer("/OFF[11 0 R]")),
        ("all layers are off", on_layer("/BaseState/OFF")),
        (
            "a form on a layer that is off",
            layers(with_form("", &format!("{WHOLE_PAGE}/OC 11 0 R")), "/OFF[11 0 R]"),
        ),
    ];
    check(files, ORDER);
}

#[test]
fn what_looks_hidden_and_is_seen_is_a_statement() {
    let on_picture = |operators: &str| format!("q 500 0 0 30 50 475 cm /X1 Do Q {operators} ");
    let picture = with_order("", "q 400 0 0 30 70 480 cm /X1 Do Q ");
    let marker = "/M gs 1 1 0 rg 0 0 400 30 re f";
    let transparent = with_picture(picture, 255, "/SMask 11 0 R").stream(PICTURE, &[0]);
    let polygon = "0 G 1 w 60 480 m 60 505 l 500 505 l 500 480 l h f 1 g ";
    let files = [
        ("white on black", with_order("0 g 70 480 400 25 re f 1 g ", "")),
        ("black on grey on white", with_order("0.9 g 70 480 400 25 re f 0 g ", "")),
        ("white on a wide line", with_order("0 G 24 w 60 492 m 500 492 l S 1 g ", "")),
        ("white on a black polygon", with_order(polygon, "")),
        ("in the hole of a frame", with_order("", "1 g 60 470 400 40 re 65 475 390 30 re f* ")),
        ("in a thick frame", with_order("", "1 G 6 w 60 470 400 33 re S ")),
        ("light grey", with_order("0.6 g ", "")),
        ("marked in yellow", with_states("", "/M gs 1 1 0 rg 70 480 400 25 re f ")),
        ("marked by an annotation", below_annotation("Highlight", marker)),
        ("below a thin veil", with_states("", "/G3 gs 1 1 1 rg 70 480 400 25 re f ")),
        ("beside a white box", with_order("", "1 g 70 440 400 30 re f ")),
        ("in a frame", with_order("", "70 480 400 25 re S ")),
        ("clipped to its cell", with_order("q 70 480 400 25 re W n ", "Q ")),
        ("as a clip in front of a fill", with_order("q 7 Tr ", "1 0 0 rg 0 0 595 842 re f Q ")),
        ("on a white picture", with_picture(with_order(&on_picture("0 g"), ""), 255, "")),
        ("on a black picture", with_picture(with_order(&on_picture("1 g"), ""), 0, "")),
        ("strokes alone", with_order("1 Tr 1 g 0 G ", "")),
        ("below a transparent picture", transparent),
        ("on a layer that is on", on_layer("/OFF[12 0 R]")),
        ("behind a white mask", behind_mask("1")),
    ];
    check(files, SEEN);
}
