//! Reading takes steps in proportion to a file's size, whatever is nested in what. Steps are counted, so
//! that no test depends on time.

use std::path::Path;

use crate::steps::steps;
use crate::{ManualDamage, ManualsError, parse};
use fettle_domain::{DefectType, ManualWarning};
use fettle_testing::documents::{defect, docx, paragraph, zipped};

/// Twice the file may take so many times the steps.
const MOST: f64 = 2.6;
/// Fewer steps than these are not compared.
const MIN_STEPS: u64 = 2_000;
/// Sizes from which steps that do not depend on the size no longer count.
const SIZES: [usize; 2] = [800, 1600];

fn defects() -> Vec<DefectType> {
    vec![defect("scratch", "긁힘", "scratch", "Scratch"), defect("dent", "찍힘", "dent", "Dent")]
}

/// Writes a file of a size.
type Make = Box<dyn Fn(usize) -> Vec<u8>>;

/// A text within `n` elements.
fn nested(open: &'static str, close: &'static str) -> Make {
    Box::new(move |n| format!("{}긁힘{}", open.repeat(n), close.repeat(n)).into_bytes())
}

/// Lines that `line` writes.
fn lines(line: fn(usize) -> String) -> Make {
    Box::new(move |n| (0..n).map(line).collect::<String>().into_bytes())
}

/// A part of a zip file with elements in elements.
fn part(name: &'static str, open: &'static str, close: &'static str) -> Make {
    Box::new(move |n| {
        let inner = format!("{}{}", open.repeat(n), close.repeat(n));
        zipped(&[(
            name,
            &format!("<x xmlns:w='w' xmlns:a='a' xmlns:p='p' xmlns:hp='hp'>{inner}</x>"),
        )])
    })
}

#[test]
fn twice_the_file_takes_about_twice_the_steps() {
    let word = |open: &'static str, close: &'static str| -> Make {
        Box::new(move |n| docx(&format!("{}{}", open.repeat(n), close.repeat(n))))
    };
    let kinds: Vec<(&str, &str, Make)> = vec![
        ("div", "a.html", nested("<div>", "</div>")),
        ("b", "a.html", nested("<b><i>", "</i></b>")),
        ("table", "a.html", nested("<table><tr><td>", "</td></tr></table>")),
        ("list", "a.html", nested("<ul><li>", "</li></ul>")),
        ("font", "a.html", lines(|k| format!("<font size={k}>긁힘<p>"))),
        ("before a table", "a.html", lines(|_| "<table>긁힘<b>원인".to_owned())),
        ("quotation", "a.md", lines(|k| format!("{}긁힘 {k}\n\n", "> ".repeat(50)))),
        ("items", "a.md", lines(|k| format!("{}긁힘 {k}\n\n", "- ".repeat(50)))),
        ("links", "a.md", nested("[", "](x)")),
        ("emphasis", "a.md", nested("*가 **나 ", "")),
        ("paragraphs", "a.docx", word("<w:p><w:r><w:t>x</w:t></w:r>", "</w:p>")),
        (
            "boxes",
            "a.docx",
            word("<w:p><w:r><w:t>x</w:t><w:txbxContent>", "</w:txbxContent></w:r></w:p>"),
        ),
        (
            "cells",
            "a.docx",
            word("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p>", "</w:tc></w:tr></w:tbl>"),
        ),
        ("siblings", "a.docx", Box::new(|n| docx(&paragraph("1", "긁힘").repeat(n)))),
        (
            "shapes",
            "a.pptx",
            part("ppt/slides/slide1.xml", "<p:sp><a:p><a:r><a:t>x</a:t></a:r></a:p>", "</p:sp>"),
        ),
        (
            "slide tables",
            "a.pptx",
            part(
                "ppt/slides/slide1.xml",
                "<a:tbl><a:tr><a:tc><a:p><a:r><a:t>x</a:t></a:r></a:p>",
                "</a:tc></a:tr></a:tbl>",
            ),
        ),
        (
            "lists of Hangul",
            "a.hwpx",
            part(
                "Contents/section0.xml",
                "<hp:p><hp:run><hp:t>x</hp:t><hp:rect><hp:subList>",
                "</hp:subList></hp:rect></hp:run></hp:p>",
            ),
        ),
        ("rows", "a.csv", lines(|k| format!("결함{k},원인,조치\n"))),
        ("rows of a defect", "a.csv", lines(|k| format!("긁힘,가{k},나\n"))),
        ("quotes", "a.csv", lines(|_| "긁힘,\"가\n".to_owned())),
        ("doubled quotes", "a.csv", lines(|k| format!("긁힘,\"\"가{k},\"나\"\"\n"))),
        (
            "sheet",
            "a.xlsx",
            Box::new(|n| {
                let cells: Vec<[String; 3]> = (0..n)
                    .map(|k| [format!("결함{k}"), format!("가{k}"), format!("나{k}")])
                    .collect();
                let texts: Vec<Vec<&str>> =
                    cells.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
                let head: &[&str] = &["불량", "원인", "조치"];
                let rows: Vec<&[&str]> =
                    std::iter::once(head).chain(texts.iter().map(Vec::as_slice)).collect();
                super::formats::xlsx("조치", &rows, &[])
            }),
        ),
        ("sections", "a.txt", lines(|k| format!("결함{k}\n원인: 가{k} 대책: 나{k}\n"))),
        ("labels", "a.txt", lines(|_| "원인: ".to_owned())),
        ("brackets", "a.txt", lines(|_| "(원인) ((".to_owned())),
        ("disciplines", "a.txt", lines(|_| "D1 D2 D3 ".to_owned())),
        ("bare labels", "a.txt", lines(|_| "원인 ".to_owned())),
        (
            "a question",
            "a.txt",
            Box::new(|n| format!("Q: {} A: 가", "가? ".repeat(n)).into_bytes()),
        ),
        (
            "numbers",
            "a.txt",
            Box::new(|n| {
                let lines: String = (0..n).map(|k| format!("온도를 {k} mm로 유지\n")).collect();
                format!("긁힘\n원인\n{lines}").into_bytes()
            }),
        ),
    ];
    for (kind, name, make) in kinds {
        let [small, large] = SIZES.map(|size| {
            // Pages are given up after a share of their size.
            let is_page = name.ends_with(".html") || name.ends_with(".md");
            let bytes = make(if is_page { 4 * size } else { size });
            let before = steps();
            let read = parse(Path::new(name), &bytes, &defects());
            let is_named = match &read {
                Ok(_) => true,
                Err(ManualsError::Damaged { .. } | ManualsError::Empty { .. }) => true,
                Err(_) => false,
            };
            assert!(is_named, "{kind}: {read:?}");
            steps() - before
        });
        // A kind of which nothing is counted could not fail.
        assert!(large >= MIN_STEPS, "{kind}: {large} steps");
        let small = small.max(MIN_STEPS / 2);
        let ratio = large as f64 / small as f64;
        assert!(ratio <= MOST, "{kind}: {small} steps, of twice the file {large}");
    }
}

#[test]
fn what_is_nested_too_deep_is_said() {
    let deep = |open: &str, close: &str| {
        format!("<h2>긁힘</h2>{}숨은 조치{}", open.repeat(400), close.repeat(400)).into_bytes()
    };
    let manual = parse(Path::new("a.html"), &deep("<div>", "</div>"), &defects()).unwrap();
    let said = ManualWarning::TooDeep { page: 1 };
    assert!(manual.warnings.contains(&said), "{:?}", manual.warnings);
    for (name, bytes) in [
        ("a.html", "<div>".repeat(100_000).into_bytes()),
        ("a.md", format!("{}긁힘", "> ".repeat(10_000)).into_bytes()),
    ] {
        let read = parse(Path::new(name), &bytes, &defects());
        let is_said =
            matches!(&read, Err(ManualsError::Damaged { why: ManualDamage::TooDeep, .. }));
        assert!(is_said, "{name}: {read:?}");
    }
}

#[test]
fn cells_far_apart_take_no_memory() {
    // A cell's text ends the cell and begins another, in the last place that a sheet has.
    let far =
        |place: &str| format!("긁힘</t></is></c><c r='{place}' t='inlineStr'><is><t>레일 마모");
    for (place, is_read) in [("C9", true), ("XFD1048576", false), ("C99999999999999999999", false)]
    {
        let bytes = super::formats::xlsx("조치", &[&[&far(place)]], &[]);
        let read = parse(Path::new("a.xlsx"), &bytes, &defects());
        let is_said =
            matches!(&read, Err(ManualsError::Damaged { why: ManualDamage::TooMany(_), .. }));
        assert_eq!((read.is_ok(), is_said), (is_read, !is_read), "{place}: {read:?}");
    }
}
