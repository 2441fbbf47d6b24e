//! Pages whose content is damaged: what is left is read, and that something may be missing is said.

use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::cases::{ENGLISH_LINES, defects};
use super::page_writer::{PageFile, english, line};
use super::reading::outline;
use crate::{ManualsError, parse};

const PARTLY: &str = "! PartlyRead { page: 1 }";

fn read(bytes: &[u8]) -> Vec<String> {
    outline(&parse(Path::new("page.pdf"), bytes, &defects()).unwrap())
}

fn packed(content: &str) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn with_packed(packed: Vec<u8>) -> Vec<u8> {
    PageFile::new(packed).content_entries("/Filter/FlateDecode").write()
}

#[test]
fn what_viewers_pass_over_is_passed_over() {
    let wrong_checksum = {
        let mut packed = packed(&english());
        let end = packed.len();
        packed[end - 4..].copy_from_slice(&[0; 4]);
        packed
    };
    let without_checksum = {
        let mut packed = packed(&english());
        packed.truncate(packed.len() - 4);
        packed
    };
    let sound = PageFile::new(english()).write();
    let text = String::from_utf8_lossy(&sound).into_owned();
    let files = [
        ("sound", sound),
        ("packed", with_packed(packed(&english()))),
        ("a wrong checksum", with_packed(wrong_checksum)),
        ("no checksum", with_packed(without_checksum)),
        ("brackets", PageFile::new(english().replace("Dent", "Dent) Tj >> ] ) (")).write()),
        ("an array left open", PageFile::new(english().replace("(Dent) Tj", "[(Dent) TJ")).write()),
        ("no cross-reference table", text.replace("xref", "xxxx").into_bytes()),
        ("other line ends", text.replace('\n', "\r\n").into_bytes()),
        (
            "a line before the head",
            [b"Content-Type: application/pdf\r\n\r\n", text.as_bytes()].concat(),
        ),
        ("lengths too large", text.replace("/Length ", "/Length 9").into_bytes()),
        ("lengths of zero", text.replace("/Length ", "/Length 0 /X ").into_bytes()),
        (
            "content in two parts",
            PageFile::new("")
                .page("/Contents[10 0 R 11 0 R]")
                .stream("", english().split_at(400).0.as_bytes())
                .stream("", english().split_at(400).1.as_bytes())
                .write(),
        ),
    ];
    for (what, file) in files {
        assert_eq!(read(&file), ENGLISH_LINES, "{what}");
    }
}

#[test]
fn a_page_that_is_read_in_part_says_so() {
    let cut = |share: usize| {
        let mut packed = packed(&english());
        packed.truncate(packed.len() * share / 10);
        with_packed(packed)
    };
    let changed = {
        let mut packed = packed(&english());
        let middle = packed.len() / 2;
        packed[middle..middle + 20].fill(0xFF);
        with_packed(packed)
    };
    let form = |entries: &str, data: &[u8]| {
        PageFile::new(english() + "/X1 Do")
            .resources("/XObject<</X1 10 0 R>>")
            .stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 595 842]{entries}"), data)
            .write()
    };
    let files = [
        ("cut at 90 %", cut(9)),
        ("cut at 60 %", cut(6)),
        ("changed in the middle", changed),
        ("ends within a string", PageFile::new(english() + "BT /F1 11 Tf (Wear").write()),
        ("ends within a text", PageFile::new(english() + "BT /F1 11 Tf 1 0 0 1 76 300 Tm").write()),
        ("an unknown operator", PageFile::new(english() + "(Wear gloves) Tjj").write()),
        (
            "a part is missing",
            PageFile::new("")
                .page("/Contents[10 0 R 77 0 R]")
                .stream("", english().as_bytes())
                .write(),
        ),
        ("a form is cut", form("/Filter/FlateDecode", &packed("0 0 m 9 9 l S 1 1 m 3 4 l S")[..9])),
        (
            "a form is missing",
            PageFile::new(english() + "/X1 Do").resources("/XObject<</X1 77 0 R>>").write(),
        ),
        ("a form in an unknown code", form("/Filter/NoDecode", b"q Q")),
    ];
    for (what, file) in files {
        let read = read(&file);
        assert_eq!(read.last().map(String::as_str), Some(PARTLY), "{what}: {read:?}");
        // No statement is another than a whole one, but for the last before the damage.
        let whole = |line: &String| ENGLISH_LINES.contains(&line.as_str());
        let others = read.iter().filter(|line| !line.starts_with('!') && !whole(line));
        assert!(others.count() <= 1, "{what}: {read:?}");
    }
}

#[test]
fn a_file_that_lost_its_end_or_pages_says_so() {
    let text = String::from_utf8_lossy(&PageFile::new(english()).write()).into_owned();
    let cut = read(text.split("xref").next().unwrap().as_bytes());
    assert_eq!(cut, [&ENGLISH_LINES[..], &["! CutShort"]].concat());
    let fewer = read(text.replace("/Count 1", "/Count 3").as_bytes());
    let said = "! PagesMissing { read: 1, stated: 3 }";
    assert_eq!(fewer, [&ENGLISH_LINES[..], &[said]].concat());
}

#[test]
fn pages_without_text_are_a_scan_only_if_there_are_pictures() {
    let error = |file: PageFile| parse(Path::new("a.pdf"), &file.write(), &[]).unwrap_err();
    let picture = |file: PageFile| {
        file.resources("/XObject<</X1 10 0 R>>").stream(
            "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8",
            &[200],
        )
    };
    let scan = error(picture(PageFile::new("q 595 0 0 842 0 0 cm /X1 Do Q")));
    assert!(matches!(scan, ManualsError::Scan { pages: 1, .. }), "{scan}");
    let lines = error(PageFile::new("0 0 m 99 99 l S"));
    assert!(matches!(lines, ManualsError::NoText { pages: 1, .. }), "{lines}");
    let broken = error(PageFile::new(packed("BT")).content_entries("/Filter/NoDecode"));
    assert!(matches!(broken, ManualsError::Damaged { .. }), "{broken}");
    let inline =
        error(PageFile::new("q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \u{1} EI Q"));
    assert!(matches!(inline, ManualsError::Scan { pages: 1, .. }), "{inline}");
}

#[test]
fn hostile_pages_end() {
    let form = |content: &str| {
        PageFile::new(english() + "/X1 Do")
            .resources("/XObject<</X1 10 0 R>>")
            .stream(
                "/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X1 10 0 R>>>>",
                content.as_bytes(),
            )
            .write()
    };
    let bomb = {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        for _ in 0..300 {
            encoder.write_all(&vec![b' '; 1 << 20]).unwrap();
        }
        encoder.finish().unwrap()
    };
    let twice = {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&bomb).unwrap();
        encoder.finish().unwrap()
    };
    let form_bomb = |entries: &str, data: &[u8]| {
        PageFile::new(english() + "/X1 Do")
            .resources("/XObject<</X1 10 0 R>>")
            .stream(&format!("/Type/XObject/Subtype/Form/BBox[0 0 9 9]{entries}"), data)
            .write()
    };
    let bombs = [
        form_bomb("/Filter[/FlateDecode/FlateDecode]", &twice),
        form_bomb("/Filter/FlateDecode", &bomb),
    ];
    for file in bombs {
        let error = parse(Path::new("a.pdf"), &file, &defects()).unwrap_err();
        assert!(matches!(error, ManualsError::Damaged { .. }), "{error}");
    }
    let files = [
        ("a form that shows itself", form("/X1 Do")),
        ("a form that shows itself twice", form("/X1 Do /X1 Do")),
        ("a form that shows itself ten times", form(&"/X1 Do ".repeat(10))),
        ("an invisible text on a form that shows itself twice", {
            let content =
                format!("{}3 Tr {} /X1 Do", english(), line("F1", 11.0, 76.0, 300.0, "a"));
            PageFile::new(content)
                .resources("/XObject<</X1 10 0 R>>")
                .stream(
                    "/Type/XObject/Subtype/Form/BBox[0 0 595 842]\
                     /Resources<</XObject<</X1 10 0 R>>>>",
                    b"/X1 Do /X1 Do 0 0 9 9 re f",
                )
                .write()
        }),
        ("saved states", PageFile::new("q ".repeat(200_000) + &english()).write()),
        ("a bomb", with_packed(bomb)),
        ("nested brackets", PageFile::new(english() + &"[".repeat(100_000)).write()),
        (
            "nested dictionaries",
            PageFile::new(english() + "/A " + &"<</A ".repeat(100_000)).write(),
        ),
    ];
    for (what, file) in files {
        let start = std::time::Instant::now();
        let _read = parse(Path::new("a.pdf"), &file, &defects());
        assert!(start.elapsed().as_secs() < 20, "{what}: {:?}", start.elapsed());
    }
    // A glyph that shows itself.
    let glyph = PageFile::new("BT /F3 11 Tf 50 700 Td (aaa) Tj ET")
        .fonts("/F3 10 0 R")
        .object(
            "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 97\
             /LastChar 97/Widths[0.5]/Encoding<</Differences[97/a]>>/CharProcs<</a 11 0 R>>\
             /Resources<</XObject<</X1 12 0 R>>/Font<</F3 10 0 R>>>>>>",
        )
        .stream("", b"0.5 0 d0 /X1 Do BT /F3 1 Tf (a) Tj ET")
        .stream(
            "/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X1 12 0 R>>>>",
            b"/X1 Do /X1 Do",
        );
    let start = std::time::Instant::now();
    let _read = parse(Path::new("a.pdf"), &glyph.write(), &defects());
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    let shown =
        read(&PageFile::new(english() + &line("F1", 11.0, 76.0, 489.0, "* Wear gloves")).write());
    assert_eq!(shown.len(), 10);
}

/// A page that is a picture of the English lines, as a scanner makes it, below this text.
fn scan_with(text: &str) -> Vec<u8> {
    let printed = PageFile::new(english()).write();
    let path = Path::new("page.pdf");
    let drawn = crate::page_picture(path, printed, 1, 1190, &[]).unwrap().pixels;
    let grey = image::imageops::grayscale(&drawn);
    let (width, height) = grey.dimensions();
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(grey.as_raw()).unwrap();
    PageFile::new(format!("q 595 0 0 842 0 0 cm /X1 Do Q {text}"))
        .resources("/XObject<</X1 10 0 R>>")
        .stream(
            &format!(
                "/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8\
                 /ColorSpace/DeviceGray/Filter/FlateDecode"
            ),
            &encoder.finish().unwrap(),
        )
        .write()
}

#[test]
fn a_scan_with_a_page_number_is_not_taken_for_read() {
    let number = line("F1", 9.0, 290.0, 30.0, "page 3 of 12");
    let read = read(&scan_with(&number));
    assert!(read.contains(&"! PicturePage { page: 1 }".to_owned()), "{read:?}");
}

#[test]
fn the_invisible_layer_of_a_scan_is_its_text() {
    assert_eq!(read(&scan_with(&format!("3 Tr {}", english()))), ENGLISH_LINES);
    // Set by text recognition: a little off, and before the picture that lies above it.
    let off = format!("q 1.01 0 0 1 1 -1 cm 3 Tr {} Q", english());
    assert_eq!(read(&scan_with(&off)), ENGLISH_LINES);
    // What the picture does not show is hidden.
    let more = line("F1", 11.0, 76.0, 300.0, "* Pass every part and never stop the line");
    let read = read(&scan_with(&format!("3 Tr {}{more}", english())));
    let hidden = "! HiddenText { page: 1, text: \"* Pass every part and never stop the line\" }";
    assert_eq!(read, [&ENGLISH_LINES[..], &[hidden]].concat());
}
