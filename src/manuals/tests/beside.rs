//! What stands on a page beside its text: watermarks, stamps, prints of a heading, form fields, notes.

use std::path::Path;

use super::cases::{ENGLISH_LINES, defects};
use super::page_writer::{PageFile, english, line};
use super::reading::outline;
use crate::parse;

fn read_of(file: PageFile) -> Vec<String> {
    outline(&parse(Path::new("page.pdf"), &file.write(), &defects()).unwrap())
}

fn page(more: &str) -> PageFile {
    PageFile::new(english() + more)
}

/// Text whose baseline is turned by `degrees`.
fn turned(degrees: f64, size: f64, x: f64, y: f64, text: &str) -> String {
    let (sin, cos) = degrees.to_radians().sin_cos();
    format!("BT /F1 {size} Tf {cos:.4} {sin:.4} {:.4} {cos:.4} {x} {y} Tm ({text}) Tj ET\n", -sin)
}

#[test]
fn watermarks_and_margin_print_are_named_and_no_statement() {
    let thin = "/ExtGState<</G1<</ca 0.15>>>>";
    let files = [
        (
            "turned and grey",
            page(&format!("0.8 g {}", turned(45.0, 60.0, 120.0, 350.0, "CONFIDENTIAL"))),
        ),
        (
            "turned down, red",
            page(&format!("1 0 0 rg {}", turned(-30.0, 50.0, 120.0, 750.0, "CONFIDENTIAL"))),
        ),
        ("turned, of text size", page(&turned(30.0, 11.0, 200.0, 500.0, "CONFIDENTIAL"))),
        (
            "level and light",
            page(&format!("0.85 g {}", line("F1", 60.0, 60.0, 650.0, "CONFIDENTIAL"))),
        ),
        (
            "level and thin",
            page(&format!("/G1 gs {}", line("F1", 60.0, 60.0, 650.0, "CONFIDENTIAL")))
                .resources(thin),
        ),
        (
            "drawn first",
            PageFile::new(format!(
                "q 0.85 g {}Q {}",
                line("F1", 60.0, 60.0, 650.0, "CONFIDENTIAL"),
                english()
            )),
        ),
        ("level and black", page(&line("F2", 60.0, 60.0, 650.0, "CONFIDENTIAL"))),
        (
            "level and outlined",
            page(&format!("1 Tr 1 0 0 RG {}", line("F2", 60.0, 60.0, 650.0, "CONFIDENTIAL"))),
        ),
        ("up the spine", page(&turned(90.0, 9.0, 30.0, 300.0, "CONFIDENTIAL"))),
        ("down the edge", page(&turned(-90.0, 9.0, 570.0, 600.0, "CONFIDENTIAL"))),
        ("upside down", page(&turned(180.0, 9.0, 400.0, 700.0, "CONFIDENTIAL"))),
        (
            "marked as a watermark",
            page(&format!(
                "/Artifact <</Subtype/Watermark>> BDC {}EMC",
                line("F1", 11.0, 200.0, 650.0, "CONFIDENTIAL")
            )),
        ),
        (
            "a form",
            page("/X1 Do").resources("/XObject<</X1 10 0 R>>").stream(
                "/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>",
                format!("0.8 g {}", turned(45.0, 60.0, 120.0, 350.0, "CONFIDENTIAL")).as_bytes(),
            ),
        ),
    ];
    for (what, file) in files {
        let aside = "! Aside { page: 1, text: \"CONFIDENTIAL\" }";
        assert_eq!(read_of(file), [&ENGLISH_LINES[..], &[aside]].concat(), "{what}");
    }
}

#[test]
fn a_page_that_lies_askew_is_read_along_its_lines() {
    for degrees in [-6.0_f64, -2.0, -0.5, 0.2, 1.0, 3.0, 8.0] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        // Around the middle of the page, as a scanner's glass turns it.
        let (x, y) = (297.0 - 297.0 * cos + 421.0 * sin, 421.0 - 297.0 * sin - 421.0 * cos);
        let turn = format!("q {cos:.5} {sin:.5} {:.5} {cos:.5} {x:.3} {y:.3} cm ", -sin);
        let file = PageFile::new(turn + &english() + "Q");
        let manual = parse(Path::new("page.pdf"), &file.write(), &defects()).unwrap();
        assert_eq!(outline(&manual), ENGLISH_LINES, "{degrees}");
        // The last line, whose letters begin at (76, 508) on a straight page.
        let rect = manual.sections[1].actions[1].spans[0].rect;
        let (dx, dy) = (76.0 - 297.0, 508.0 - 421.0);
        let start = (297.0 + dx * cos - dy * sin, 842.0 - (421.0 + dx * sin + dy * cos));
        let slack = 2.0 + 80.0 * sin.abs();
        assert!((f64::from(rect.x) - start.0).abs() < slack, "{degrees}: {rect:?} {start:?}");
        let bottom = f64::from(rect.y + rect.height);
        assert!((bottom - start.1).abs() < slack + 3.0, "{degrees}: {rect:?} {start:?}");
    }
}

#[test]
fn large_light_print_that_crosses_nothing_is_text() {
    let read = read_of(page(&format!("0.7 g {}", line("F1", 30.0, 60.0, 400.0, "Scratch"))));
    assert!(!read.iter().any(|line| line.contains("Aside")), "{read:?}");
}

#[test]
fn text_printed_twice_is_read_once() {
    let heading = |dx: f64, dy: f64| line("F2", 15.0, 60.0 + dx, 770.0 + dy, "Scratch");
    let letters: String =
        [("S", 0.0), ("c", 10.0), ("r", 18.3), ("a", 24.2), ("t", 32.5), ("c", 37.5), ("h", 45.8)]
            .iter()
            .flat_map(|(letter, x)| [(letter, x + 60.0), (letter, x + 60.8)])
            .map(|(letter, x)| line("F2", 15.0, x, 770.0, letter))
            .collect();
    let rest = english().replace(&heading(0.0, 0.0), "");
    let files = [
        ("half a point", heading(0.5, 0.0) + &english()),
        ("two points down", heading(2.0, -2.0) + &english()),
        ("four points", heading(4.0, 0.0) + &english()),
        ("six points down", heading(0.0, -6.0) + &english()),
        ("three times", heading(-1.0, 0.0) + &heading(1.0, 1.0) + &english()),
        ("a grey shadow", "0.7 g ".to_owned() + &heading(2.0, -2.0) + "0 g " + &english()),
        ("fill and stroke", english().replace("BT /F1", "BT 2 Tr /F1")),
        ("letter by letter", letters + &rest),
        ("all lines", english() + &english()),
        ("all lines, shifted", format!("q 1 0 0 1 1.5 -1.5 cm {}Q {}", english(), english())),
    ];
    for (what, content) in files {
        assert_eq!(read_of(PageFile::new(content)), ENGLISH_LINES, "{what}");
    }
}

#[test]
fn doubled_letters_and_equal_lines_are_not_printed_twice() {
    let lines = [
        line("F1", 11.0, 76.0, 489.0, "* Fill all ill rolled mill wheels, 1111 off"),
        // A list of the same word, set tight.
        line("F1", 6.0, 76.0, 470.0, "* Check"),
        line("F1", 6.0, 76.0, 464.0, "* Check"),
    ];
    let read = read_of(page(&lines.concat()));
    let expected = [
        "dent.a3 [1] Fill all ill rolled mill wheels, 1111 off",
        "dent.a4 [1] Check",
        "dent.a5 [1] Check",
    ];
    assert_eq!(read.get(9..), Some(&expected.map(String::from)[..]));
}

/// A page with these annotations, from object 10 on.
fn annotated(annotations: &[&str]) -> PageFile {
    let ids: Vec<String> = (10..).take(annotations.len()).map(|id| format!("{id} 0 R")).collect();
    let file = page("").page(&format!("/Annots[{}]", ids.join(" ")));
    annotations.iter().fold(file, |file, body| file.object(*body))
}

#[test]
fn values_of_fields_are_read_where_they_stand() {
    let field = |entries: &str| {
        read_of(annotated(&[&format!(
            "<</Type/Annot/Subtype/Widget/Rect[76 480 400 500]/DA(/Helv 11 Tf){entries}>>"
        )]))
    };
    for (entries, expected) in [
        ("/FT/Tx/V(* Wear gloves)", "dent.a3 [1] Wear gloves"),
        ("/FT/Tx/V<FEFF25CF0020C7A5AC11>", "dent.a3 [1] 장갑"),
        ("/FT/Ch/V(* Wear gloves)", "dent.a3 [1] Wear gloves"),
        ("/FT/Ch/V[(* Wear gloves)(masks)]", "dent.a3 [1] Wear gloves, masks"),
        ("/FT/Ch/V(2)/Opt[[(1)(* None)][(2)(* Wear gloves)]]", "dent.a3 [1] Wear gloves"),
        ("/FT/Ch/V(* Wear gloves)/Opt[(* None)(* Wear gloves)]", "dent.a3 [1] Wear gloves"),
        ("/FT/Tx/F 2/V(Wear gloves)", "! HiddenText { page: 1, text: \"Wear gloves\" }"),
    ] {
        assert_eq!(field(entries), [&ENGLISH_LINES[..], &[expected]].concat(), "{entries}");
    }
    for entries in ["/FT/Tx", "/FT/Tx/V()", "/FT/Btn/V/Yes", "/FT/Tx/Ff 8192/V(secret)", "/V(x)"] {
        assert_eq!(field(entries), ENGLISH_LINES, "{entries}");
    }
    // The value stands in the content of the page, too.
    let flattened = line("F1", 11.0, 78.0, 486.5, "* Wear gloves");
    let read =
        read_of(PageFile::new(english() + &flattened).page("/Annots[10 0 R]").object(
            "<</Subtype/Widget/FT/Tx/Rect[76 480 400 500]/DA(/Helv 11 Tf)/V(* Wear gloves)>>",
        ));
    assert_eq!(read, [&ENGLISH_LINES[..], &["dent.a3 [1] Wear gloves"]].concat());
    // Several lines, from the top of the field; the value stands in the field's parent.
    let read = read_of(
        annotated(&["<</Subtype/Widget/Parent 11 0 R/Rect[76 440 400 500]>>"])
            .object("<</FT/Tx/Ff 4096/DA(/Helv 0 Tf)/V(* Wear gloves\\r* Wear masks)>>"),
    );
    let both = ["dent.a3 [1] Wear gloves", "dent.a4 [1] Wear masks"];
    assert_eq!(read, [&ENGLISH_LINES[..], &both].concat());
}

#[test]
fn notes_of_reviewers_are_named() {
    let note = |subtype: &str, more: &str| {
        format!("<</Type/Annot/Subtype/{subtype}/Rect[300 400 500 420]{more}>>")
    };
    let said = "/Contents(30 mm from May on)";
    let named = "! Note { page: 1, text: \"30 mm from May on\" }";
    for subtype in ["FreeText", "Text", "Highlight", "StrikeOut", "Stamp", "Caret", "Square"] {
        let read = read_of(annotated(&[&note(subtype, said)]));
        assert_eq!(read, [&ENGLISH_LINES[..], &[named]].concat(), "{subtype}");
    }
    for (what, annotation) in [
        ("a link", note("Link", said)),
        ("no words", note("Highlight", "")),
        ("a state", note("Text", "/StateModel/Review/State/Accepted/Contents(Accepted)")),
    ] {
        assert_eq!(read_of(annotated(&[&annotation])), ENGLISH_LINES, "{what}");
    }
    let with_popup = [note("Text", said), note("Popup", &format!("/Parent 10 0 R{said}"))];
    let read = read_of(annotated(&[&with_popup[0], &with_popup[1]]));
    assert_eq!(read, [&ENGLISH_LINES[..], &[named]].concat());
    let rich = "/RC(<body xmlns=\"x\"><p>30 mm <b>from May</b> on</p></body>)";
    let read = read_of(annotated(&[&note("FreeText", rich)]));
    assert_eq!(read, [&ENGLISH_LINES[..], &[named]].concat());
    let struck =
        "<</Subtype/StrikeOut/Rect[76 521 400 540]/QuadPoints[76 540 400 540 76 521 400 521]>>";
    let read = read_of(annotated(&[struck]));
    let said = "! StruckOut { page: 1, text: \"* Lower the drop to 50 mm or less\" }";
    assert_eq!(read, [&ENGLISH_LINES[..], &[said]].concat());
}
